# SPDX-License-Identifier: Apache-2.0
"""Gives each recovery of ours the gate that its state wants, and seals it.

Level-triggered: the cluster is looked at, and what is not as it has to be is
written again, however it came about.
"""

from collections.abc import Collection
from collections.abc import Mapping
import logging

from nova_ha.engine.flapping import Flapping
from nova_ha.engine.gates import Gates
from nova_ha.engine.journal import Journal
from nova_ha.engine.sealing import Sealing
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.wanted_gate import WantedGate
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery.model import ClusterNode
from nova_ha.recovery.model import ClusterView
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import Gate

LOG = logging.getLogger(__name__)


class GateKeeper:
    """Sees to the gates of the recoveries this controller drives."""

    def __init__(
        self,
        world: World,
        gates: Gates,
        journal: Journal,
        sealing: Sealing,
        settings: SettingsSource,
        flapping: Flapping,
    ) -> None:
        self._world = world
        self._gates = gates
        self._journal = journal
        self._sealing = sealing
        self._settings = settings
        self._wanted = WantedGate(world, journal, settings, flapping)
        self._last: dict[str, str] = {}
        self._strangers: set[str] = set()

    def turn(self) -> None:
        """Look once, and write what is not as it has to be.

        :raises ClusterError: the cluster cannot be seen.
        :raises StoreUnavailable: the store is away.
        """
        spooled = {r.host for _key, r in self._world.spool.entries()}
        try:
            tended = self._tended()
        except errors.StoreError:
            if spooled:
                self._shut_spooled(spooled, self._gates.look())
            raise
        left = {
            host: uuid
            for host, uuid in self._last.items()
            if host not in tended
        }
        if not (tended or spooled or left):
            return
        view = self._gates.look()
        self._shut_spooled(spooled - tended.keys(), view)
        self._last = {host: r.uuid for host, r in tended.items()} | {
            host: uuid
            for host, uuid in left.items()
            if not self._is_open(host, uuid, view)
        }
        for recovery in tended.values():
            try:
                self._keep(recovery, view)
            except errors.RecoveryError as e:
                LOG.warning('The gate of %s waits: %s', recovery.host, e)

    def _tended(self) -> Mapping[str, Recovery]:
        owner = self._settings().owner
        active = self._world.store.recoveries(active=True)
        return {r.host: r for r in active if r.owner == owner}

    def _shut_spooled(self, hosts: Collection[str], view: ClusterView) -> None:
        """Shut the gates of incidents that the store does not know yet."""
        for name in hosts:
            try:
                host = self._world.hosts.get(name)
                node = view.nodes.get(host.node)
                if node is not None and node.gate is not Gate.SHUT:
                    self._gates.set(host, Gate.SHUT)
            except errors.RecoveryError as e:
                LOG.warning('The gate of %s is not shut yet: %s', name, e)

    def _is_open(self, name: str, uuid: str, view: ClusterView) -> bool:
        """Open the gate of a host whose recovery has ended; whether that is
        done. If it never is, the reconciler finds it.
        """
        try:
            if self._world.store.active(name) is not None:
                return True  # another incident, or another controller's
            self._world.store.get(uuid)
            host = self._world.hosts.get(name)
            node = view.nodes.get(host.node)
            if node is not None and node.gate is not Gate.OPEN:
                self._gates.set(host, Gate.OPEN)
                LOG.info('The gate of %s is open', host.node)
        except errors.UnknownHost:
            return True
        except errors.UnknownRecovery:
            # It has not ended, it was lost: the reconciler opens it anew.
            LOG.error(
                'The store has lost recovery %s of %s, whose gate is left as '
                'it is',
                uuid,
                name,
            )
            return True
        except errors.RecoveryError as e:
            LOG.warning('The gate of %s is not open yet: %s', name, e)
            return False
        return True

    def _keep(self, recovery: Recovery, view: ClusterView) -> None:
        host = self._world.hosts.get(recovery.host)
        node = view.nodes.get(host.node)
        if node is None:
            self._tell_stranger(host)
            return
        wanted = self._wanted.of(recovery, node)
        self._sealing.look(recovery, host, node, view.fences)
        if node.gate is wanted:
            return
        if recovery.sealed_at is not None or wanted is not Gate.SHUT:
            # On record first: a seal must not outlive its gate.
            milestone = f'gate_{wanted.value or "open"}'
            self._journal.amend(recovery, milestone, sealed_at=None)
        self._write(host, node, wanted)

    def _write(self, host: Host, node: ClusterNode, gate: Gate) -> None:
        self._gates.set(host, gate)
        LOG.info(
            'The gate of %s: %s, was %s',
            host.node,
            gate.name.lower(),
            node.gate.name.lower(),
        )

    def _tell_stranger(self, host: Host) -> None:
        if host.name not in self._strangers:
            self._strangers.add(host.name)
            LOG.warning(
                'Pacemaker knows no node %s: nothing but its power keeps '
                'nova-compute on %s from starting too early',
                host.node,
                host.name,
            )
