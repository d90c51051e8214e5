# SPDX-License-Identifier: Apache-2.0
"""Against ipmi_sim, which shares no code with pyghmi; and forty of them."""

from concurrent import futures
import statistics
import time

from testtools import content
from testtools import matchers

from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.states import PowerState
from tests.bmc import ipmi_sim
from tests.functional.power import base
from tests.functional.servers.process import free_udp_port
from tests.lab import waiting

PASSWORD = 'secret'
#: Hosts fenced at once, and the seconds that may take: 0.6 on two idle
#: cores, 5 on two that have ten times more to do than they can.
MANY = 40
MANY_SECONDS = 15.0


class IpmiSimTestCase(base.PowerTestCase):
    def launch(self, name):
        """Return a host whose BMC starts, and its file with the power."""
        directory = self.temporary_directory()
        command = ipmi_sim.file_chassis(directory)
        bmc = ipmi_sim.IpmiSim(
            name,
            directory / 'bmc',
            '127.0.0.1',
            free_udp_port(),
            'admin',
            PASSWORD,
            command,
        )
        bmc.launch()
        self.addCleanup(bmc.stop)
        parameters = {
            'address': bmc.address,
            'port': bmc.port,
            'user': 'admin',
            'password': PASSWORD,
        }
        host = Host(name, name, (PowerDevice('ipmi', parameters),))
        return bmc, host, directory / 'power'


class IpmiSimTest(IpmiSimTestCase):
    def setUp(self):
        super().setUp()
        bmc, self.host, self.file = self.launch('c1')
        waiting.wait_until(bmc.answers, 10, 'the BMC', interval=0.02)

    def changed(self, **changes):
        parameters = {**self.host.devices[0].parameters, **changes}
        return Host('c1', 'c1', (PowerDevice('ipmi', parameters),))

    def test_off_on_and_check(self):
        self.assertIs(True, self.off(self.host).was_running)
        self.assertEqual('off\n', self.file.read_text())
        self.assertIs(False, self.off(self.host).was_running)
        self.power.power_on(self.host, Deadline.after(10))
        self.assertEqual('on\n', self.file.read_text())
        found = self.check(self.host)
        self.assertIs(PowerState.ON, found.state)
        self.assertEqual('administrator', found.privilege)
        self.assertEqual('', found.problem)

    def test_refusals(self):
        for changes, words in (
            ({'password': 'wrong'}, "refuses the password of user 'admin'"),
            ({'user': 'nobody'}, "refuses user 'nobody'"),
            ({'kg': 'wrong'}, 'refuses the key'),
        ):
            with self.subTest(words):
                text = self.failure_at_once(
                    errors.PowerAuthError, self.changed(**changes)
                )
                self.assertIn(words, text)
        self.assertEqual('on\n', self.file.read_text())

    def test_off_is_quick(self):
        self.power.warm([self.host])
        self.off(self.host)
        took = []
        for _ in range(5):
            self.file.write_text('on\n')
            began = time.monotonic()
            self.assertIs(True, self.off(self.host).was_running)
            took.append(time.monotonic() - began)
        self.addDetail('seconds', content.text_content(str(took)))
        self.assertThat(statistics.median(took), matchers.LessThan(1.0))


class ManyTest(IpmiSimTestCase):
    def test_forty_hosts_at_once(self):
        started = [self.launch(f'c{n}') for n in range(MANY)]
        waiting.wait_until(
            lambda: all(bmc.answers() for bmc, _host, _file in started),
            30,
            'the BMCs',
        )
        hosts = [host for _bmc, host, _file in started]
        self.power.warm(hosts)
        with futures.ThreadPoolExecutor(MANY) as pool:
            began = time.monotonic()
            proofs = list(pool.map(lambda host: self.off(host, 30), hosts))
            took = time.monotonic() - began
        self.addDetail('seconds', content.text_content(f'{took:.2f}'))
        print(f'{MANY} hosts off and verified in {took:.2f} s')
        self.assertEqual([h.name for h in hosts], [p.host for p in proofs])
        self.assertEqual([True] * MANY, [p.was_running for p in proofs])
        self.assertEqual(
            ['off\n'] * MANY, [file.read_text() for _, _, file in started]
        )
        self.assertThat(took, matchers.LessThan(MANY_SECONDS))
