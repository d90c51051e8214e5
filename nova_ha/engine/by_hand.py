# SPDX-License-Identifier: Apache-2.0
"""Recoveries that a person begins, of a host that nobody else has fenced.

Either its drivers power it off, or the person's word is the off-proof. A word
is not taken for a host that anybody can see to be alive: who gives it may
have read the wrong label.
"""

from collections.abc import Callable
from collections.abc import Sequence
import logging

from nova_ha.engine import off_proofs
from nova_ha.engine.gates import Gates
from nova_ha.engine.journal import Journal
from nova_ha.engine.precautions import Precautions
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery import flapping
from nova_ha.recovery import safety
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import ClusterNode
from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import Event
from nova_ha.recovery.states import OffBy
from nova_ha.recovery.states import PowerState
from nova_ha.recovery.states import RecoveryState

LOG = logging.getLogger(__name__)


class ByHand:
    """Begins recoveries.

    :param beside: what is begun beside each recovery; must not wait.
    """

    def __init__(
        self,
        world: World,
        gates: Gates,
        beside: Sequence[Callable[[Host], None]],
        journal: Journal,
        settings: SettingsSource,
        wake: Callable[[str], None],
        precautions: Precautions,
    ) -> None:
        self._hosts = world.hosts
        self._compute = world.compute
        self._power = world.power
        self._store = world.store
        self._clock = world.clock
        self._gates = gates
        self._beside = beside
        self._journal = journal
        self._settings = settings
        self._wake = wake
        self._precautions = precautions

    def create(self, name: str, off: OffBy, who: str, reason: str) -> Recovery:
        """Begin to recover a host; return once that is on record.

        :param name: nova's or Pacemaker's name of it.
        :raises UnknownHost: the hosts file does not name it.
        :raises ObserveOnly: the mode is observe.
        :raises ActiveRecoveryExists: it is being recovered already.
        :raises HostAlive: a word was given for a host that is alive.
        :raises StoreUnavailable: it could not be written down.
        """
        host = self._hosts.get(name)
        reason = f'{reason} (created by {who}, off by {off.value})'
        self._precautions.before_power_off(host, flapping.OPERATOR, reason)
        self._refuse_second(host)
        if off is OffBy.CONFIRMED:
            self._refuse_living(host)
        try:
            recovery = self._open(host, off, who, reason)
        except errors.ActiveRecoveryExists:
            self._refuse_second(host)
            raise
        self._wake(recovery.uuid)
        for begin in self._beside:
            begin(host)
        return recovery

    def _open(self, host: Host, off: OffBy, who: str, reason: str) -> Recovery:
        now = self._clock.now()
        if off is OffBy.DRIVER:
            return self._journal.open(
                host.name, flapping.OPERATOR, reason, now
            )
        proof = off_proofs.of_word(host.name, who, now)
        return self._journal.open(
            host.name,
            flapping.OPERATOR,
            reason,
            now,
            events=(Event.FENCE_REQUESTED, Event.OFF_VERIFIED),
            off_proof=proof,
            message=f'off: {proof.witness}',
        )

    def _refuse_second(self, host: Host) -> None:
        active = self._store.active(host.name)
        if active is None:
            return
        more = ''
        if active.state is RecoveryState.FENCE_FAILED:
            more = ': confirm there that it is off, or retry'
        raise errors.ActiveRecoveryExists(
            f'{host.name} is being recovered already: recovery {active.uuid} '
            f'is {active.state.value}{more}'
        )

    def _refuse_living(self, host: Host) -> None:
        """Ask everybody who may have seen it alive; who is away has not."""
        alive = safety.seen_alive(
            self._service(host), self._node(host), self._state(host)
        )
        if alive:
            raise errors.HostAlive(
                f'{host.name} is alive: {alive}. Let its drivers power it '
                'off (off: driver); if that fails, confirm on the recovery '
                'that the host is off'
            )

    def _service(self, host: Host) -> ComputeService | None:
        try:
            return self._compute.service(host.name)
        except errors.ComputeNotFound:
            raise
        except errors.ComputeError as e:
            LOG.info('%s: nova cannot say whether it lives: %s', host.name, e)
            return None

    def _node(self, host: Host) -> ClusterNode | None:
        if not self._gates.exist:
            return None
        try:
            return self._gates.look().nodes.get(host.node)
        except errors.ClusterError as e:
            LOG.info('%s: the cluster cannot be seen: %s', host.name, e)
            return None

    def _state(self, host: Host) -> PowerState:
        deadline = Deadline.after(
            self._settings().read_timeout, self._clock.monotonic
        )
        try:
            return self._power.power_state(host, deadline)
        except errors.PowerError as e:
            LOG.info('%s: power is not known now: %s', host.name, e)
            return PowerState.UNKNOWN
