# SPDX-License-Identifier: Apache-2.0
"""What a scenario works with: it acts, waits and requires."""

from collections.abc import Callable
from collections.abc import Iterable
import datetime
import time
from typing import Any
from typing import TypeVar

from tests.lab import guests
from tests.lab import recovery
from tests.lab.errors import LabError
from tests.lab.lab import Lab
from tests.lab.pacemaker.cluster import SERVICES
from tests.lab.pacemaker.controllers import CONFIG_FILE
from tests.lab.pacemaker.remotes import RemoteHost
from tests.lab.pacemaker.stack import Stack
from tests.lab.scenarios import witnesses
from tests.lab.scenarios.stage import OVER
from tests.lab.scenarios.witnesses import Line
from tests.lab.services.fencer import Fencer
from tests.lab.waiting import DeadlinePassed
from tests.lab.waiting import wait_until

T = TypeVar('T')

EVACUATED = 'evacuated'


class UnmetError(LabError):
    """A scenario did not end as it must."""


class Skip(Exception):
    """This scenario cannot be played on this lab."""


class Play:
    """One scenario under way.

    :ivar failed_at: when it happened that the scenario is about; figures
        count from there. Seconds since the epoch, 0 before.
    :ivar host: the host it happens to.
    :ivar lines: what the scenario did, for the transcript.
    :ivar nova_from: where nova-api's log of this scenario begins, in bytes.
    """

    def __init__(self, lab: Lab, stack: Stack) -> None:
        self.lab = lab
        self.stack = stack
        self.cluster = stack.cluster
        self.cloud = lab.cloud
        self.started_at = time.time()
        self.failed_at = 0.0
        self.nova_from = lab.nova_api.log.stat().st_size
        self.lines: list[Line] = []
        self.instances: list[str] = []
        self.hosts: list[RemoteHost] = list(lab.hosts.values())
        self.host = self.hosts[0]

    # -- acting

    def say(self, text: str) -> None:
        """A line of the transcript."""
        self.lines.append(Line(time.time(), 'scenario', text))

    def fail(self, what: str) -> None:
        """Say what is about to happen; the figures count from here."""
        self.failed_at = time.time()
        self.say(what)

    def boot(
        self,
        number: int = 3,
        host: RemoteHost | None = None,
        name: str = '',
        **wishes: Any,
    ) -> list[str]:
        """Boot instances on a host, and wait until they run; their uuids.

        :param name: what theirs begin with; the host's name if not given.
        :param wishes: see Cloud.boot.
        """
        where = (host or self.host).name
        if 'zone' not in wishes:
            wishes['host'] = where
        made = [
            self.cloud.boot(f'{name or where}-{index}', **wishes)
            for index in range(1, number + 1)
        ]
        for uuid in made:
            self.cloud.wait_for_status(uuid, 'ACTIVE', 120)
        self.instances += made
        what = f'{number} instances' + (f' of {name}' if name else '')
        self.say(f'{what} run on {where}')
        return made

    def bring_back(self, host: RemoteHost | None = None) -> None:
        """Switch a host on, if nova-ha has not done so."""
        host = host or self.host
        if host.power_state() == 'on':
            self.say(f'{host.name} is on again')
            return
        self.say(f'{host.name} is switched on by hand')
        host.power_on()

    def manage(self, *words: str) -> str:
        """Run nova-ha-manage on a controller, as an operator; its output.

        :raises LabError: it failed.
        """
        self.say(f'an operator: nova-ha-manage {" ".join(words)}')
        return self.ask(*words)

    def ask(self, *words: str) -> str:
        """The same without a word in the transcript: it changes nothing."""
        return self.cluster.run(
            'nova-ha-manage', '--config-file', CONFIG_FILE, *words
        )

    # -- what is

    def fencer(self) -> Fencer:
        """One that answers.

        :raises LabError: none does.
        """
        for fencer in self.stack.fencers(self.hosts):
            if fencer.pid():
                return fencer
        raise LabError('no fencer runs')

    def recovery(self, host: RemoteHost | None = None) -> recovery.Json | None:
        """The host's recovery of this scenario; None if there is none."""
        name = (host or self.host).name
        newest = recovery.newest(self.fencer(), name)
        if newest is None:
            return None
        at = datetime.datetime.fromisoformat(newest['requested_at'])
        return newest if at.timestamp() >= self.started_at else None

    def state(self, host: RemoteHost | None = None) -> str:
        """Of that recovery; '' without one."""
        found = self.recovery(host)
        return found['state'] if found else ''

    def service(self, host: RemoteHost | None = None) -> dict[str, Any]:
        """Nova's record of the host's nova-compute."""
        return self.cloud.services()[(host or self.host).name]

    def where(self, uuid: str) -> str:
        """The host that an instance is on, as nova has it."""
        found: str = self.cloud.server(uuid)['OS-EXT-SRV-ATTR:host']
        return found

    def journal(self) -> list[guests.GuestEvent]:
        """What the guests have done since the failure, by their hosts."""
        return [
            event
            for event in guests.read_journal(self.lab.config.journal)
            if event.uuid in self.instances and event.time >= self.failed_at
        ]

    def started(self, instances: Iterable[str]) -> list[float]:
        """When these guests were started since the failure, in order."""
        wanted = set(instances)
        return [
            event.time
            for event in self.journal()
            if event.event == 'start' and event.uuid in wanted
        ]

    # -- waiting and requiring

    def wait(self, check: Callable[[], T], timeout: float, what: str) -> T:
        """Wait for something.

        :param timeout: seconds.
        :raises UnmetError: it did not come about in time.
        """

        def checked() -> T | None:
            try:
                return check()
            except UnmetError:
                raise
            except LabError:  # a fencer that is being restarted, say
                return None

        try:
            found = wait_until(checked, timeout, what, 0.3)
        except DeadlinePassed as error:
            raise UnmetError(str(error)) from None
        assert found is not None
        return found

    def require(self, met: bool, what: str) -> None:
        """Something that must be so now.

        :raises UnmetError: it is not.
        """
        if not met:
            raise UnmetError(f'not so: {what}')

    def wait_state(
        self,
        *states: str,
        host: RemoteHost | None = None,
        timeout: float = 120,
    ) -> None:
        """Wait until the host's recovery is in one of these states."""
        name = (host or self.host).name

        def there() -> bool:
            return self.state(host) in states

        self.wait(
            there,
            timeout,
            f'the recovery of {name} to be {" or ".join(states)}',
        )

    def wait_evacuated(
        self, host: RemoteHost | None = None, timeout: float = 120
    ) -> None:
        """Wait until all instances of a host run elsewhere."""
        self.wait_state(
            EVACUATED, 'returning', 'completed', host=host, timeout=timeout
        )
        name = (host or self.host).name
        for uuid in self.instances:
            server = self.cloud.wait_for_status(uuid, 'ACTIVE', 60)
            where = server['OS-EXT-SRV-ATTR:host']
            self.require(where != name, f'instance {uuid} has left {name}')

    def wait_serving(
        self,
        host: RemoteHost | None = None,
        status: str = 'enabled',
        timeout: float = 180,
    ) -> None:
        """Wait until a host is in use again, by Pacemaker, nova and us.

        :param status: of its nova-compute in nova.
        """
        host = host or self.host

        def serving() -> bool:
            service = self.service(host)
            return (
                self.state(host) in ('', *OVER)
                and service['state'] == 'up'
                and not service['forced_down']
                and service['status'] == status
                and self.runs(host)
            )

        self.wait(serving, timeout, f'{host.name} to serve again')
        self.say(f'{host.name} serves again, {status}')

    def runs(self, host: RemoteHost) -> bool:
        """Whether Pacemaker has all services of a host running."""
        view = self.cluster.view()
        return view is not None and all(
            host.name in view.started(name) for name in SERVICES
        )

    def require_found(self) -> None:
        """Nobody asked nova-ha to fence the host: it found it fenced."""
        found = self.recovery() or {'origin': 'nobody', 'off_proof': None}
        origin, proof = found['origin'], found['off_proof'] or {}
        self.require(
            origin == 'reconciler' and proof.get('method') == 'pacemaker',
            'the reconciler began the recovery, by what Pacemaker wrote '
            f'down; it was begun by {origin}, proof: {proof}',
        )

    def hints(self) -> int:
        """How many alerts have reached the fencers since the failure."""
        return sum(
            witnesses.hints(fencer.log, self.failed_at)
            for fencer in self.stack.fencers(self.hosts)
        )

    def require_untouched(self, hosts: Iterable[RemoteHost] = ()) -> None:
        """No recovery, no evacuation, power on; of the host, or of these."""
        for host in list(hosts) or [self.host]:
            name = host.name
            self.require(not self.state(host), f'{name} has no recovery')
            self.require(host.power_state() == 'on', f'{name} is on')
            records = [
                each
                for each in self.cloud.migrations(name)
                if each['instance_uuid'] in self.instances
            ]
            self.require(not records, f'nothing of {name} was evacuated')

    def require_not_evacuated(self) -> None:
        """No evacuation was asked for any of the instances."""
        asked = [
            each['instance_uuid']
            for each in self.cloud.migrations()
            if each['instance_uuid'] in self.instances
        ]
        self.require(not asked, 'nothing was evacuated')

    def guest_problems(self) -> list[str]:
        """How the scenario's guests ran otherwise than they must."""
        journal = [
            event
            for event in guests.read_journal(self.lab.config.journal)
            if event.uuid in self.instances
        ]
        return guests.problems(journal, self.instances)

    def require_guests_right(self) -> None:
        """Each guest runs at one place, and none has run at two."""
        wrong = self.guest_problems()
        self.require(not wrong, f'guests ran as they must: {wrong}')

    def others(self) -> list[RemoteHost]:
        """All hosts but the one it happens to."""
        return [host for host in self.hosts if host is not self.host]
