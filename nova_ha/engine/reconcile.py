# SPDX-License-Identifier: Apache-2.0
"""Compares Pacemaker and nova with the store, and has done what differs.

Hints only bring a round forward: with all of them lost, the next one finds
the same.
"""

from concurrent import futures
import datetime
import logging

from nova_ha.engine.gates import Gates
from nova_ha.engine.precautions import Precautions
from nova_ha.engine.remedies import ORIGIN
from nova_ha.engine.remedies import Remedies
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery import reconciling
from nova_ha.recovery.model import ClusterView
from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import NodeFence
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import ServiceMark
from nova_ha.recovery.reconciling import Finding
from nova_ha.recovery.reconciling import Scene
from nova_ha.recovery.reconciling import What
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import RecoveryState

LOG = logging.getLogger(__name__)

SWEEP = 20
"""Hosts that look well of which nova is asked in one round all the same: the
mark of a lost recovery may be on any of them."""

CONFIRMED_AFTER = datetime.timedelta(seconds=5)
"""A gate nobody needs is seen for so long before it is opened: an incident
on another controller shuts its gate before it is in the store."""

_MAY_MOVE = frozenset(
    {
        RecoveryState.FENCING,
        RecoveryState.FENCE_FAILED,
        RecoveryState.RETURNING,
    }
)
"""Active recoveries that a fence by others means something to."""


class Reconciler:
    """Finds what nobody told us, and what the store has lost."""

    def __init__(
        self,
        world: World,
        gates: Gates,
        remedies: Remedies,
        pool: futures.Executor,
        precautions: Precautions,
    ) -> None:
        self._precautions = precautions
        self._world = world
        self._gates = gates
        self._remedies = remedies
        self._pool = pool
        self._settled: dict[str, datetime.datetime] = {}
        self._unneeded: dict[str, datetime.datetime] = {}
        self._acting: set[str] = set()
        self._sweep_from = 0
        self._nova_away = False

    def turn(self) -> None:
        """Look once at everything.

        :raises ClusterError: the cluster cannot be seen or believed.
        :raises StoreUnavailable: the store is away.
        """
        store = self._world.store
        active = {r.host: r for r in store.recoveries(active=True)}
        spooled = {r.host for _key, r in self._world.spool.entries()}
        view = self._gates.look()
        self._nova_away = False
        sweep = self._next_sweep()
        for host in self._world.hosts.all():
            recovery = active.get(host.name)
            if host.name in self._acting or not _is_open_to(recovery):
                continue
            newest = recovery or self._newest(host)
            scene = self._scene(host, view, newest, host.name in sweep)
            if scene is not None and host.name not in spooled:
                self._judge(host, scene)

    def _next_sweep(self) -> set[str]:
        names = [host.name for host in self._world.hosts.all()]
        start = self._sweep_from % max(1, len(names))
        self._sweep_from = start + SWEEP
        return set((names + names)[start : start + SWEEP])

    def _newest(self, host: Host) -> Recovery | None:
        found = self._world.store.recoveries(host=host.name, limit=1)
        return found[0] if found else None

    def _scene(
        self,
        host: Host,
        view: ClusterView,
        newest: Recovery | None,
        swept: bool,
    ) -> Scene | None:
        """Return what is known of a host; None when it is well.

        Nova is asked only where that may change something.
        """
        node = view.nodes.get(host.node)
        fence = reconciling.newest_fence(view.fences, host.node)
        settled = fence is not None and (
            fence.at == self._settled.get(host.name, '')
        )
        news = fence is not None and not settled and _is_news(newest, fence)
        gated = node is not None and node.gate is not Gate.OPEN
        if not (news or gated or swept):
            self._unneeded.pop(host.name, None)
            return None
        try:
            service = self._service(host)
        except errors.ComputeNotFound:
            return None  # nothing of nova is there to be recovered
        return Scene(
            host=host.name,
            now=self._world.clock.now(),
            node=node,
            fence=fence,
            newest=newest,
            service=service,
            mark_known=self._is_known(service),
            settled=settled,
        )

    def _service(self, host: Host) -> ComputeService | None:
        """Return nova's record; None while nova is away, which is tried
        once a round.
        """
        if self._nova_away:
            return None
        try:
            return self._world.compute.service(host.name)
        except errors.ComputeNotFound:
            raise
        except errors.ComputeError as e:
            LOG.warning('Reconciling without nova: %s', e)
            self._nova_away = True
            return None

    def _is_known(self, service: ComputeService | None) -> bool:
        """Whether the store has the recovery that nova shows the mark of."""
        reason = service.disabled_reason if service is not None else None
        uuid = ServiceMark.recovery_of(reason)
        if uuid is None:
            return False
        try:
            self._world.store.get(uuid)
        except errors.UnknownRecovery:
            return False
        return True

    def _judge(self, host: Host, scene: Scene) -> None:
        finding = reconciling.judge(scene)
        if finding is None or finding.what is not What.OPEN_GATE:
            self._unneeded.pop(host.name, None)
        if finding is None:
            return
        if finding.what in (What.SERVES, What.UNCLEAR):
            self._settle(finding)
        elif finding.what is not What.OPEN_GATE or self._is_confirmed(finding):
            if self._precautions.observes(host, ORIGIN, finding.why):
                return
            self._acting.add(host.name)
            self._pool.submit(self._act, host, finding, scene)

    def _settle(self, finding: Finding) -> None:
        """Look at this fence no more."""
        assert finding.fence is not None
        assert finding.fence.at is not None
        self._settled[finding.host] = finding.fence.at
        if finding.what is What.UNCLEAR:
            LOG.critical('%s', finding.why)
        else:
            LOG.info('%s', finding.why)

    def _is_confirmed(self, finding: Finding) -> bool:
        now = self._world.clock.now()
        since = self._unneeded.setdefault(finding.host, now)
        return now - since >= CONFIRMED_AFTER

    def _act(self, host: Host, finding: Finding, scene: Scene) -> None:
        try:
            LOG.warning('%s', finding.why)
            self._remedies.apply(host, finding, scene)
        except errors.ActiveRecoveryExists:
            LOG.info('%s: another controller was quicker', host.name)
        except errors.RecoveryError as e:
            LOG.warning('%s: nothing done yet: %s', host.name, e)
        finally:
            self._acting.discard(host.name)


def _is_open_to(recovery: Recovery | None) -> bool:
    return recovery is None or recovery.state in _MAY_MOVE


def _is_news(newest: Recovery | None, fence: NodeFence) -> bool:
    return reconciling.is_over_well(fence) and not reconciling.knows(
        newest, fence
    )
