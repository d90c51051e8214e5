# SPDX-License-Identifier: Apache-2.0
"""An engine in memory that does what the test's script says."""

from collections.abc import Callable
import dataclasses
import datetime
import threading

from nova_ha.api import ports
from nova_ha.recovery import errors
from nova_ha.recovery import explaining
from nova_ha.recovery import host_report
from nova_ha.recovery import model
from nova_ha.recovery import modes
from nova_ha.recovery import spare_list
from nova_ha.recovery.device_check import DeviceCheck
from nova_ha.recovery.device_check import HostCheck
from nova_ha.recovery.listing import Page
from nova_ha.recovery.rehearsal import Rehearsal
from nova_ha.recovery.rehearsal import RehearsedInstance
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
        self.archive = Archive(self)
        self.insight = Insight(self)

    def fail(self, method, *faults):
        self.faults.setdefault(method, []).extend(faults)

    def enter(self, method):
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
        self.enter('fence')
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
        self.enter('status')
        return self.power[self._name(host)]

    def hosts(self):
        self.enter('hosts')
        return [
            model.Host(
                name,
                self.nodes.get(name, name),
                (model.PowerDevice('ipmi', {'pw': PASSWORD}),),
            )
            for name in self.power
        ]

    def health(self):
        self.enter('health')
        return ports.Health(self.problems, self.notes)

    def unready(self):
        return self.reasons

    def hint(self, about):
        self.hints.append(dict(about))

    def create(self, host, off, who, reason):
        self.enter('create')
        name = self._name(host)
        self.done.append((f'create-{off.value}', name, who))
        return recovery(state=RecoveryState.FENCING, reason=reason)

    def _act(self, verb: str, uuid: str, who: str) -> model.Recovery:
        self.enter(verb)
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
        self.enter('set-mode')
        self.standing = modes.Standing(mode, NOW, who, reason)
        return self.standing

    def cancel(self, uuid, who):
        return self._act('cancel', uuid, who)

    def power_on(self, host, who):
        self.enter('power-on')
        self.done.append(('power-on', self._name(host), who))

    def give_back(self, spare, who):
        return self._order('give-back', spare, who, LoanState.GIVING_BACK)

    def keep(self, spare, who):
        return self._order('keep', spare, who, LoanState.KEPT)

    def _order(self, verb, spare, who, state):
        self.enter(verb)
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


class Archive:
    """Two recoveries; one page each, unless a smaller limit is asked for."""

    def __init__(self, engine):
        self._engine = engine
        self.asked = []

    def get(self, uuid):
        if uuid != UUID:
            raise errors.UnknownRecovery(f'no recovery {uuid}')
        return recovery()

    def evacuations(self, recovery):
        self.get(recovery)
        return [
            model.Evacuation(
                UUID,
                'i-1',
                'web',
                EvacuationState.SUCCEEDED,
                'compute-1',
                'active',
            )
        ]

    def events(self, recovery):
        self.get(recovery)
        return [
            model.RecoveryEvent(
                UUID, NOW, 'started', RecoveryState.FENCING, id=7
            )
        ]

    def recovery_page(self, query):
        self.asked.append(query)
        self._engine.enter('recoveries')
        found = [
            each
            for each in (
                recovery(),
                recovery(state=RecoveryState.COMPLETED),
            )
            if query.host in (None, each.host)
            and query.active
            in (None, each.state is not RecoveryState.COMPLETED)
        ]
        return _page(found, query.limit)

    def evacuation_page(self, recovery, states, limit, marker):
        self.asked.append((states, limit, marker))
        return _page(self.evacuations(recovery), limit)

    def event_page(self, recovery, after, limit):
        self.asked.append((after, limit))
        found = [e for e in self.events(recovery) if e.id > after]
        return _page(found, limit)

    def rehearsal_page(self, limit, marker):
        self.asked.append((limit, marker))
        return _page([rehearsal(), rehearsal()], limit)

    def rehearsal(self, uuid):
        if uuid != UUID:
            raise errors.UnknownRehearsal(f'there is no rehearsal {uuid}')
        return rehearsal()


class Insight:
    """Tells what it was told."""

    def __init__(self, engine):
        self._engine = engine

    def hosts(self):
        self._engine.enter('insight-hosts')
        return host_report.every(
            host_report.Sources(
                self._engine.hosts(),
                services={'compute-1': SERVICE},
                has_cluster=False,
                recoveries={'compute-1': recovery()},
            )
        )

    def host(self, name):
        for report in self.hosts():
            if name in (report.name, report.node):
                return report
        raise errors.UnknownHost(f'nobody knows a host {name}')

    def check(self, name):
        name = self._engine._name(name)
        device = DeviceCheck('ipmi', '192.0.2.1:623', PowerState.ON, 'ok', 0.2)
        return HostCheck(name, True, (device,))

    def explain_host(self, name):
        self._engine.enter('explain')
        return [EXPLAINED]

    def explain_server(self, server):
        self._engine.enter('explain')
        return EXPLAINED

    def capacity(self, upto):
        self._engine.enter('capacity')
        return capacity(upto)

    def snapshots(self):
        self._engine.enter('snapshots')
        return [EXPOSED]

    def spares(self):
        self._engine.enter('spares')
        return spare_list.rows([], ['compute-2'], None, '')


def _page(rows, limit):
    return Page(rows[:limit], len(rows) > limit)


def rehearsal():
    instance = RehearsedInstance(UUID, 'web', True, 'as ever')
    return Rehearsal(
        UUID, 'compute-1', NOW, 'c1', 'pacemaker', 'off', 'all', (instance,)
    )


def capacity(upto):
    outlook = {
        'hosts': ['compute-1'],
        'instances': 2,
        'sure': 1,
        'likely': 1,
        'at_most': 2,
        'left': [
            {'instance': UUID, 'name': 'web', 'host': 'h', 'why': 'no room'}
        ],
    }
    return {
        'bears': 0,
        'hosts': [{**outlook, 'verdict': 'perhaps'}],
        'worst': [
            {
                'number': number,
                'outlook': outlook,
                'method': 'every choice',
                'verdict': 'perhaps',
            }
            for number in range(1, upto + 1)
        ],
        'notes': [],
        'cost': {'hosts': 3, 'instances': 2, 'requests': 9, 'seconds': 0.1},
    }


SERVICE = model.ComputeService(
    '7', 'compute-1', True, False, None, False, NOW, 'az1'
)
EXPLAINED = explaining.Explained(
    uuid=UUID,
    name='web',
    host='compute-1',
    vm_state='active',
    task_state=None,
    nova='nova evacuates it in this state',
    outcome='evacuated',
    stays='',
    unsure='',
    decisions=(explaining.Explanation('evacuate', 'yes', 'by default'),),
)
EXPOSED = {
    'host': 'compute-1',
    'instance': UUID,
    'name': 'web',
    'project': 'p',
    'vm_state': 'active',
    'local_gb': 3.0,
    'snapshot': None,
    'image_type': None,
    'status': None,
    'created_at': None,
    'age_seconds': None,
    'problem': 'it has no snapshot',
}


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
