# SPDX-License-Identifier: Apache-2.0
"""Sees that a shut gate can take the power's place in an off-proof.

The gate is asked for beside the power-off, and which of them is quicker is
not known. So when the gate has been seen shut, the power is read once more:
still off means that nothing was started before the gate was shut.
"""

from collections.abc import Sequence
from concurrent import futures
import logging

from nova_ha.engine.gates import Gates
from nova_ha.engine.journal import Journal
from nova_ha.engine.off_proofs import OffProofs
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery import gate
from nova_ha.recovery import reconciling
from nova_ha.recovery import safety
from nova_ha.recovery import states
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import ClusterNode
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import NodeFence
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import PowerState

LOG = logging.getLogger(__name__)

PROBED_WITHIN = 5.0
"""Seconds that Pacemaker may take to find out what runs on a node that has
come back; until then nova-compute "may be active" there."""


class Sealing:
    """Seals recoveries, and sees a seal broken."""

    def __init__(
        self,
        world: World,
        gates: Gates,
        journal: Journal,
        proofs: OffProofs,
        pool: futures.Executor,
        settings: SettingsSource,
    ) -> None:
        self._power = world.power
        self._store = world.store
        self._clock = world.clock
        self._gates = gates
        self._journal = journal
        self._proofs = proofs
        self._pool = pool
        self._settings = settings
        self._reading: set[str] = set()
        self._doubted: dict[str, float] = {}

    def look(
        self,
        recovery: Recovery,
        host: Host,
        node: ClusterNode,
        fences: Sequence[NodeFence],
    ) -> None:
        """Seal what can be sealed; doubt what Pacemaker calls running."""
        if recovery.state in states.NEEDS_OFF:
            fence = reconciling.newest_fence(fences, node.name)
            if gate.has_come_back(node, fence, recovery.off_proof):
                self._doubt(recovery)
                return
        self._gates.doubt(recovery.host, doubtful=False)
        self._doubted.pop(recovery.uuid, None)
        if (
            recovery.state in states.NEEDS_OFF
            and node.gate is Gate.SHUT
            and not safety.sealed(recovery)
            and recovery.uuid not in self._reading
        ):
            self._reading.add(recovery.uuid)
            self._pool.submit(self._seal, recovery, host)

    def _doubt(self, recovery: Recovery) -> None:
        self._gates.doubt(recovery.host, doubtful=True)
        now = self._clock.monotonic()
        since = self._doubted.setdefault(recovery.uuid, now)
        if now - since >= PROBED_WITHIN:
            self._proofs.void(
                recovery,
                f'nova-compute runs on {recovery.host} before its '
                'evacuations are over: was it started by anybody but '
                'Pacemaker? The host is fenced again',
            )

    def _seal(self, recovery: Recovery, host: Host) -> None:
        """Read the power, and write down that the gate holds from now on.

        The row is written as it was read before: whatever has moved it, or
        opened its gate, meanwhile is on record and refuses the seal.
        """
        try:
            if self._is_off(host):
                self._journal.amend(
                    recovery, 'gate_sealed', sealed_at=self._clock.now()
                )
        except errors.StaleRecovery:
            LOG.debug('%s has moved on, not sealed', recovery.uuid)
        except errors.RecoveryError as e:
            LOG.info('%s: not sealed now: %s', recovery.host, e)
        finally:
            self._reading.discard(recovery.uuid)

    def _is_off(self, host: Host) -> bool:
        deadline = Deadline.after(
            self._settings().read_timeout, self._clock.monotonic
        )
        return self._power.power_state(host, deadline) is PowerState.OFF
