# SPDX-License-Identifier: Apache-2.0
"""Proves anew that a host is off, before more is evacuated from it."""

from nova_ha.engine import off_proofs
from nova_ha.engine.gates import Gates
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import PowerState


class StillOff:
    """Reads the power of hosts whose evacuations are to go on."""

    def __init__(
        self, world: World, gates: Gates, settings: SettingsSource
    ) -> None:
        self._hosts = world.hosts
        self._power = world.power
        self._clock = world.clock
        self._gates = gates
        self._settings = settings

    def prove(self, recovery: Recovery) -> OffProof:
        """Return a proof that nothing has been started there since.

        A gate that has been shut all the time makes the old one do.

        :raises UnsafeRequest: the host is not off.
        :raises PowerError: its power could not be read.
        """
        host = self._hosts.get(recovery.host)
        proof = recovery.off_proof
        if proof is not None and self._gates.hold(recovery, host, idle=True):
            return proof
        self._gates.shut_soon(host)
        now = self._clock.now()
        deadline = Deadline.after(
            self._settings().read_timeout, self._clock.monotonic
        )
        state = self._power.power_state(host, deadline)
        if state is PowerState.OFF:
            return off_proofs.of_read(host, now, 'the retry')
        raise errors.UnsafeRequest(
            f'the power of {host.name} is {state.value}: nothing more is '
            'evacuated from it unless it is fenced again '
            f'(nova-ha-manage fence {host.name})'
        )
