# SPDX-License-Identifier: Apache-2.0
"""Sees power come on too early."""

from concurrent import futures
import logging

from nova_ha.engine.gates import Gates
from nova_ha.engine.off_proofs import OffProofs
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery import safety
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import PowerState

LOG = logging.getLogger(__name__)


class PowerWatch:
    """Fences a host again that is seen on while it has to be off.

    A host behind a shut gate may be on: nothing of nova starts there.
    """

    def __init__(
        self,
        world: World,
        proofs: OffProofs,
        gates: Gates,
        pool: futures.Executor,
        settings: SettingsSource,
    ) -> None:
        self._hosts = world.hosts
        self._power = world.power
        self._store = world.store
        self._clock = world.clock
        self._proofs = proofs
        self._gates = gates
        self._pool = pool
        self._settings = settings
        self._reading: dict[str, futures.Future[None]] = {}

    def look(self) -> None:
        """Begin a read of every host of ours that has to be off."""
        owner = self._settings().owner
        for recovery in self._store.recoveries(active=True):
            if recovery.owner != owner:
                continue
            if not safety.voids_proof(recovery.state, gate_shut=False):
                continue
            reading = self._reading.get(recovery.uuid)
            if reading is None or reading.done():
                self._reading[recovery.uuid] = self._pool.submit(
                    self._read, recovery
                )
        self._drop_finished()

    def _drop_finished(self) -> None:
        for uuid, reading in list(self._reading.items()):
            if reading.done():
                del self._reading[uuid]

    def _read(self, recovery: Recovery) -> None:
        try:
            host = self._hosts.get(recovery.host)
            if self._is_on(host) and not self._is_held(recovery, host):
                self._proofs.void(
                    recovery,
                    f'{recovery.host} was seen running before its '
                    'evacuations were over; it is fenced again',
                )
        except errors.RecoveryError as e:
            LOG.info('%s: power is not known now: %s', recovery.host, e)

    def _is_on(self, host: Host) -> bool:
        deadline = Deadline.after(
            self._settings().read_timeout, self._clock.monotonic
        )
        return self._power.power_state(host, deadline) is PowerState.ON

    def _is_held(self, recovery: Recovery, host: Host) -> bool:
        """Whether the gate keeps the off-proof good, power or not."""
        shut = self._gates.hold(self._store.get(recovery.uuid), host)
        return not safety.voids_proof(recovery.state, gate_shut=shut)
