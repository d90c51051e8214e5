# SPDX-License-Identifier: Apache-2.0
"""Proves that a host at rest is off still, before more is evacuated."""

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
    """Reads the power afresh where the gate does not tell enough."""

    def __init__(
        self, world: World, gates: Gates, settings: SettingsSource
    ) -> None:
        self._hosts = world.hosts
        self._power = world.power
        self._clock = world.clock
        self._gates = gates
        self._settings = settings

    def prove(self, recovery: Recovery, what_for: str) -> OffProof:
        """Return a proof that nothing has been started there since.

        A gate that has been shut all the time makes the old one do.

        :param what_for: who wants to know, for the witness.
        :raises UnsafeRequest: it is not off any more.
        :raises PowerError: nobody knows.
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
            return off_proofs.of_read(host, now, what_for)
        raise errors.UnsafeRequest(
            f'the power of {host.name} is {state.value}: nothing more is '
            'evacuated from it unless it is fenced again '
            f'(on a controller: nova-ha-manage fence {host.name})'
        )
