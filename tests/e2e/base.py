# SPDX-License-Identifier: Apache-2.0
"""What every end-to-end test has: a cloud, a daemon, an agent."""

from collections.abc import Mapping
import time
from typing import ClassVar

import fixtures
import testtools
from testtools import content

from nova_ha.recovery.model import Recovery
from tests.e2e import promises
from tests.e2e import shared
from tests.e2e.agent import Agent
from tests.e2e.agent import Answer
from tests.e2e.daemon import Daemon
from tests.e2e.world import Booted
from tests.e2e.world import World
from tests.lab import guests
from tests.lab import processes
from tests.lab.waiting import wait_until

LIMIT = 360
"""Seconds a test may take; none needs half of that."""


class EndToEndTest(testtools.TestCase):
    """A daemon with an empty store on a cloud with four good hosts.

    :cvar options: of the daemon, by group, on top of the usual ones.
    :cvar starts: whether the daemon is started before the test begins.
    :ivar records: evacuation records expected at the end by instance; one
        of each that was on a fenced host if the test does not say.
    """

    options: ClassVar[Mapping[str, Mapping[str, object]]] = {}
    starts = True

    def setUp(self):
        super().setUp()
        self.lab = shared.lab()
        self._began = time.monotonic()
        self.useFixture(fixtures.Timeout(LIMIT, gentle=True))
        self.addCleanup(self._tell)
        self.fenced: set[str] = set()
        self.records: dict[str, int] = {}
        self._failed = False
        self.addOnException(self._explain)
        self.world = World(self.lab)
        self.cloud = self.lab.cloud
        self.addCleanup(self.world.make_good)
        self.world.wait_good()
        self.daemon = Daemon(self.lab, self._daemon_name(), self.options)
        self.addCleanup(self.daemon.stop)
        self.prepare_store()
        self.agent = Agent(self.daemon.service.socket)
        if self.starts:
            self.daemon.start()
        self.addCleanup(self._check_promises)

    def _daemon_name(self) -> str:
        # Short, for a socket's name is limited; and a valid host name.
        name = self._testMethodName.removeprefix('test_')[:30]
        return 'fencer-' + name.replace('_', '-').rstrip('-')

    def prepare_store(self) -> None:
        """Make an empty store."""
        self.daemon.make_store()

    # -- what tests are told in

    def boot(self, host: str, count: int, stopped: int = 0) -> list[Booted]:
        return self.world.boot(host, count, stopped)

    def crash(self, *hosts: str) -> None:
        """The hosts hang: their guests run on, nova-compute does not."""
        for host in hosts:
            self.lab.host(host).crash()

    def fence(self, host: str, timeout: float = 50) -> Answer:
        """Fence as Pacemaker does; it must succeed, and be true."""
        answer = self.agent.run('off', host, timeout)
        self.assert_fenced(host, answer)
        return answer

    def assert_fenced(self, host: str, answer: Answer) -> None:
        self.assertEqual((0, ''), (answer.code, answer.error))
        self.assertEqual('off', self.lab.host(host).power_state())
        self.fenced.add(host)

    def wait_for(self, host: str, *states: str, timeout: float = 120):
        return self.daemon.wait_for(host, *states, timeout=timeout)

    def return_host(self, host: str, timeout: float = 120) -> Recovery:
        """Power the host on and wait until its recovery is completed."""
        self.lab.host(host).power_on()
        recovery = self.wait_for(host, 'completed', timeout=timeout)
        self.assert_serving(host)
        return recovery

    def assert_serving(self, host: str) -> None:
        service = self.cloud.services()[host]
        self.assertEqual(
            ('up', 'enabled', False, None),
            (
                service['state'],
                service['status'],
                service['forced_down'],
                service['disabled_reason'],
            ),
        )

    def assert_one_recovery(self, *hosts: str) -> None:
        for host in hosts:
            self.assertEqual(1, len(self.daemon.recoveries(host)), host)

    def wait_until(self, check, timeout: float, what: str, interval=0.05):
        return wait_until(check, timeout, what, interval)

    def say(self, text: str) -> None:
        """A line for who watches; figures belong here."""
        shared.progress.say(f'    {text}')

    # -- the end

    def _check_promises(self) -> None:
        if self._failed:
            return  # one explanation is enough
        instances = self.world.booted
        expected = {
            each.uuid: self.records.get(each.uuid, 1)
            for each in instances
            if each.host in self.fenced
        }
        wrong = promises.broken(
            instances,
            guests.read_journal(self.lab.config.journal),
            self.cloud.servers(),
            self.world.records(),
            expected,
        )
        if 'Traceback' in self.daemon.log():
            wrong.append('the daemon has logged a traceback')
        if wrong:
            self.fail('\n'.join(wrong))

    def _tell(self) -> None:
        seconds = time.monotonic() - self._began
        outcome = ' FAILED' if self._failed else ''
        shared.progress.say(
            f'  {self.id()[10:]:<60} {seconds:5.1f} s{outcome}'
        )

    def _explain(self, _exception) -> None:
        """Add what helps to understand a failure, as it is now."""
        if self._failed:
            return
        self._failed = True
        if not hasattr(self, 'daemon'):
            return  # setUp failed, and says why itself
        details = {
            'recoveries': self.daemon.history,
            'daemon log': lambda: self.daemon.log_tail(80),
            'nova records': lambda: '\n'.join(
                map(_line, self.world.records())
            ),
            'nova-api log': lambda: processes.tail(self.lab.nova_api.log, 15),
        }
        for name, get in details.items():
            try:
                text = get()
            except Exception as error:  # the failure itself counts more
                text = f'not to be had: {error!r}'
            self.addDetail(name, content.text_content(text))


def _line(record: Mapping) -> str:
    return (
        f'{record["id"]} {record["instance_uuid"]} {record["source_compute"]}'
        f' -> {record["dest_compute"]} {record["status"]} '
        f'{record["created_at"]} {record["updated_at"]}'
    )
