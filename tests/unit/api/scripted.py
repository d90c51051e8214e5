# SPDX-License-Identifier: Apache-2.0
"""An engine in memory that does what the test's script says."""

from collections.abc import Callable
import dataclasses
import datetime
import threading

from nova_ha.api import ports
from nova_ha.recovery import errors
from nova_ha.recovery import model
from nova_ha.recovery import modes
from nova_ha.recovery.spares import Joined
from nova_ha.recovery.spares import Loan
from nova_ha.recovery.spares import LoanState
from nova_ha.recovery.spares import Undo
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import PowerState
from nova_ha.recovery.states import RecoveryState

NOW = datetime.datetime(2031, 5, 4, 3, 2, 1, tzinfo=datetime.UTC)
UUID = '11111111-2222-4333-8444-555555555555'
PASSWORD = 'never-to-be-shown'


@dataclasses.dataclass(frozen=True)
class Asked:
    """A fence request as it came in."""

    host: str
    origin: str
    reason: str
    seconds: float
    power_on: bool = False


class Engine:
    """Answers as :class:`nova_ha.api.ports.Fencing` promises.

    :ivar faults: raised, one each, by the next calls of a method.
    :ivar gate: fence requests wait until it is set.
    :ivar entered: released by each fence request that comes in.
    :ivar hang: fence requests do not keep their deadline.
    """

    def __init__(self) -> None:
        self.power = {
            'compute-1': PowerState.ON,
            'compute-2': PowerState.OFF,
            'compute-3': PowerState.UNKNOWN,
        }
        self.nodes = {'compute-1': 'cmp1', 'compute-2': 'cmp2'}
        self.faults: dict[str, list[Exception]] = {}
        self.problems: list[str] = []
        self.notes: list[str] = []
        self.reasons: list[str] = []
        self.hints: list[dict[str, object]] = []
        self.fences: list[Asked] = []
        self.done: list[tuple[str, str, str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)
        self.hang = False
        self.standing = modes.ARMED
        self.spooled = False
        self._lock = threading.Lock()

    def fail(self, method, *faults):
        self.faults.setdefault(method, []).extend(faults)

    def _enter(self, method):
        with self._lock:
            faults = self.faults.get(method)
            fault = faults.pop(0) if faults else None
        if fault is not None:
            raise fault

    def _name(self, host):
        for name in self.power:
            if host in (name, self.nodes.get(name)):
                return name
        raise errors.UnknownHost(f'hosts.yaml names no host {host}')

    def fence(self, host, origin, reason, deadline, power_on=False):
        name = self._name(host)
        with self._lock:
            self.fences.append(
                Asked(name, origin, reason, deadline.remaining(), power_on)
            )
        self.entered.release()
        self._enter('fence')
        if self.hang:
            self.gate.wait(30)
        if not self.gate.wait(deadline.remaining()):
            raise ports.FenceTimeout(f'{name} was not off in time')
        self.power[name] = PowerState.OFF
        proof = model.OffProof(name, 'fake', 'the script', NOW, True)
        if self.spooled:
            return ports.FenceAnswer(None, None, proof, True)
        return ports.FenceAnswer(
            UUID, RecoveryState.FORCING_DOWN, proof, False
        )

    def status(self, host):
        self._enter('status')
        return self.power[self._name(host)]

    def hosts(self):
        self._enter('hosts')
        return [
            model.Host(
                name,
                self.nodes.get(name, name),
                (model.PowerDevice('ipmi', {'pw': PASSWORD}),),
            )
            for name in self.power
        ]

    def health(self):
        self._enter('health')
        return ports.Health(self.problems, self.notes)

    def unready(self):
        return self.reasons

    def hint(self, about):
        self.hints.append(dict(about))

    def recoveries(self, host, active):
        self._enter('recoveries')
        found = [recovery(), recovery(state=RecoveryState.COMPLETED)]
        return [
            r
            for r in found
            if host in (None, r.host)
            and active in (None, r.state is not RecoveryState.COMPLETED)
        ]

    def recovery(self, uuid):
        if uuid != UUID:
            raise errors.UnknownRecovery(f'no recovery {uuid}')
        evacuation = model.Evacuation(
            UUID,
            'i-1',
            'web',
            EvacuationState.SUCCEEDED,
            'compute-1',
            'active',
        )
        event = model.RecoveryEvent(
            UUID, NOW, 'started', RecoveryState.FENCING
        )
        return recovery(), [evacuation], [event]

    def _act(self, verb: str, uuid: str, who: str) -> model.Recovery:
        self._enter(verb)
        self.done.append((verb, uuid, who))
        return recovery()

    def retry(self, uuid, who):
        return self._act('retry', uuid, who)

    def confirm_off(self, uuid, who):
        return self._act('confirm-off', uuid, who)

    def release(self, uuid, who):
        return self._act('release', uuid, who)

    def let_return(self, uuid, who):
        return self._act('let-return', uuid, who)

    def mode(self):
        return self.standing

    def set_mode(self, mode, who, reason):
        self._enter('set-mode')
        self.standing = modes.Standing(mode, NOW, who, reason)
        return self.standing

    def cancel(self, uuid, who):
        return self._act('cancel', uuid, who)

    def power_on(self, host, who):
        self._enter('power-on')
        self.done.append(('power-on', self._name(host), who))

    def give_back(self, spare, who):
        return self._order('give-back', spare, who, LoanState.GIVING_BACK)

    def keep(self, spare, who):
        return self._order('keep', spare, who, LoanState.KEPT)

    def _order(self, verb, spare, who, state):
        self._enter(verb)
        self.done.append((verb, spare, who))
        return Loan(
            UUID,
            spare,
            UUID,
            'compute-1',
            state,
            Undo('spare', (Joined(3, 'ssd'),)),
            NOW,
            NOW,
        )


def recovery(**changes) -> model.Recovery:
    made = model.Recovery(
        UUID,
        'compute-1',
        RecoveryState.FENCE_FAILED,
        'pacemaker',
        'off',
        NOW,
        NOW,
        NOW,
        NOW,
    )
    return dataclasses.replace(made, **changes)


#: For type checkers and readers: the script keeps the promise.
_PROMISE: Callable[[], ports.Fencing] = Engine
