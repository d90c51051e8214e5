# SPDX-License-Identifier: Apache-2.0
"""What the engine does with a cluster, put together; nothing without one."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import logging

from nova_ha.engine.flapping import Flapping
from nova_ha.engine.gatekeeper import GateKeeper
from nova_ha.engine.gates import Gates
from nova_ha.engine.intake import Intake
from nova_ha.engine.journal import Journal
from nova_ha.engine.off_proofs import OffProofs
from nova_ha.engine.periodic import Periodic
from nova_ha.engine.pools import Pools
from nova_ha.engine.precautions import Precautions
from nova_ha.engine.reconcile import Reconciler
from nova_ha.engine.remedies import Remedies
from nova_ha.engine.sealing import Sealing
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery.model import Recovery

LOG = logging.getLogger(__name__)

HINT_SETTLES = 0.5
"""Seconds: alerts come in bursts, from each controller."""


class ClusterSide:
    """Gates, reconciling, hints.

    :ivar loops: turn them; none without a cluster.
    """

    def __init__(
        self,
        world: World,
        pools: Pools,
        gates: Gates,
        journal: Journal,
        settings: SettingsSource,
        wake: Callable[..., None],
    ) -> None:
        self._world = world
        self._pools = pools
        self._gates = gates
        self._journal = journal
        self._settings = settings
        self._wake = wake
        self.loops: Sequence[Periodic] = ()

    def use(
        self,
        intake: Intake,
        proofs: OffProofs,
        precautions: Precautions,
        flapping: Flapping,
    ) -> None:
        """Make the loops, if there is a cluster to turn them for."""
        if not self._gates.exist:
            return
        world, pools, gates = self._world, self._pools, self._gates
        journal, settings = self._journal, self._settings
        sealing = Sealing(world, gates, journal, proofs, pools.reads, settings)
        keeper = GateKeeper(world, gates, journal, sealing, settings, flapping)
        remedies = Remedies(
            world, gates, intake, journal, settings, self._wake
        )
        reconciler = Reconciler(
            world, gates, remedies, pools.reads, precautions
        )

        def keep() -> None:
            if not precautions.observing:
                keeper.turn()

        keeping = Periodic('gates', keep, lambda: settings().scan_interval)
        reconciling = Periodic(
            'reconcile',
            reconciler.turn,
            lambda: settings().reconcile_interval,
        )

        def moved(_recovery: Recovery) -> None:
            keeping.wake()

        journal.listeners.append(moved)
        self.loops = (keeping, reconciling)

    def notes(self) -> Sequence[str]:
        """Return what is not as it should be with the cluster."""
        trouble = self._gates.trouble
        note = (
            f'Pacemaker was not seen at the last look ({trouble}): hosts are '
            'held back by their power alone, and fencing by others is not '
            'found'
        )
        return (note,) if trouble else ()

    def hint(self, about: Mapping[str, object]) -> None:
        """Bring the next looks forward; never raises, never waits."""
        LOG.debug('Hint from Pacemaker: %s', about)
        for loop in self.loops:
            loop.wake()
        names = {str(about[k]) for k in ('node', 'rsc') if about.get(k)}
        try:
            self._pools.hosts.submit(self._wake_watch, names)
        except RuntimeError:  # the pool was shut down: we are stopping
            LOG.debug('Not looked at any more: %s', names)

    def _wake_watch(self, names: set[str]) -> None:
        """Let the steps of these hosts' recoveries look soon."""
        for name in names:
            try:
                host = self._world.hosts.get(name)
                recovery = self._world.store.active(host.name)
            except errors.UnknownHost:
                continue  # a controller, or another resource
            except errors.StoreError as e:
                LOG.info('The hint about %s is of no use: %s', name, e)
                return
            if recovery is not None:
                self._wake(recovery.uuid, HINT_SETTLES)
