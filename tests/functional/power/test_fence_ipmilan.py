# SPDX-License-Identifier: Apache-2.0
"""The driver fence_agent with the real fence_ipmilan against ipmi_sim."""

import statistics
import time

from testtools import content
from testtools import matchers

from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.states import PowerState
from tests.functional.power import base
from tests.functional.power import test_ipmi_sim
from tests.lab import waiting


def fence_ipmilan(host, **changes):
    """Return the host of ipmi_sim's BMC as fence_ipmilan is to see it."""
    given = host.devices[0].parameters
    parameters = {
        'agent': 'fence_ipmilan',
        'ip': given['address'],
        'ipport': given['port'],
        'username': given['user'],
        'password': given['password'],
        'lanplus': True,
        'cipher': 3,
        'power_wait': '0',
        **changes,
    }
    given = {key: parameters[key] for key in parameters if parameters[key]}
    return Host(host.name, host.node, (PowerDevice('fence_agent', given),))


class FenceIpmilanTestCase(test_ipmi_sim.IpmiSimTestCase):
    def setUp(self):
        super().setUp()
        self.bmc, self.ipmi, self.file = self.launch('c1')
        waiting.wait_until(self.bmc.answers, 10, 'the BMC', interval=0.02)
        self.host = fence_ipmilan(self.ipmi)
        self.place = f'c1: fence_ipmilan 127.0.0.1:{self.bmc.port}'

    def failure(self, kind, host, seconds):
        text = super().failure(kind, host, seconds)
        self.assertNotIn(test_ipmi_sim.PASSWORD, text)
        return text


class WorkingTest(FenceIpmilanTestCase):
    def test_off_on_and_check(self):
        proof = self.off(self.host)
        self.assertIs(True, proof.was_running)
        self.assertEqual(
            f'fence_ipmilan 127.0.0.1:{self.bmc.port} reads power off',
            proof.witness,
        )
        self.assertEqual('off\n', self.file.read_text())
        self.assertIs(False, self.off(self.host).was_running)
        self.assertIs(
            PowerState.OFF,
            self.power.power_state(self.host, Deadline.after(10)),
        )
        self.power.power_on(self.host, Deadline.after(20))
        self.assertEqual('on\n', self.file.read_text())
        found = self.check(self.host)
        self.assertIs(PowerState.ON, found.state)
        self.assertEqual('', found.problem)

    def test_off_is_quick(self):
        took = []
        for _ in range(3):
            self.file.write_text('on\n')
            began = time.monotonic()
            self.assertIs(True, self.off(self.host).was_running)
            took.append(time.monotonic() - began)
        self.addDetail('seconds', content.text_content(str(took)))
        print(f'off by fence_ipmilan in {took} s')
        self.assertThat(statistics.median(took), matchers.LessThan(10.0))


class FailingTest(FenceIpmilanTestCase):
    def changed(self, **changes):
        return fence_ipmilan(self.ipmi, **changes)

    def test_refusals(self):
        for changes, words in (
            ({'password': 'wrong'}, "refuses the password of user 'admin'"),
            ({'username': 'nobody'}, "refuses user 'nobody'"),
        ):
            with self.subTest(words):
                text = self.failure_at_once(
                    errors.PowerAuthError, self.changed(**changes)
                )
                self.assertThat(text, matchers.StartsWith(self.place))
                self.assertIn(words, text)
        self.assertEqual('on\n', self.file.read_text())

    def test_dead(self):
        self.bmc.stop()
        text = self.failure(errors.PowerUnreachable, self.host, 4)
        self.assertThat(
            text, matchers.StartsWith(f'{self.place} does not answer: ')
        )

    def test_a_cipher_that_it_does_not_have(self):
        text = self.failure_at_once(
            errors.PowerDeviceError, self.changed(cipher=17)
        )
        self.assertIn('answers with an error', text)

    def test_a_parameter_that_the_agent_does_not_know(self):
        found = self.check(self.changed(lan_plus='hush'))
        self.assertIs(PowerState.ON, found.state)
        self.assertIn('does not know lan_plus', found.problem)
        self.assertNotIn('hush', found.problem)

    def test_a_parameter_that_is_missing(self):
        text = self.failure_at_once(
            errors.PowerDeviceError, self.changed(ip=None)
        )
        self.assertIn('You have to', text)


class MisbehavingTest(base.PowerTestCase):
    """What ipmi_sim does not do, by BMCs that can be told to."""

    def setUp(self):
        super().setUp()
        (self.bmc,) = self.faulty_bmcs()
        self.host = fence_ipmilan(base.host_of(self.bmc))

    def test_it_lies(self):
        self.bmc.set(lie=True)
        text = self.failure_at_once(errors.PowerStuck, self.host, 12)
        self.assertIn('switch it off by hand', text)
        self.assertEqual('on', self.bmc.state()['power'])

    def test_garbage(self):
        self.bmc.set(garbage=True)
        # ipmitool waits for something better; so it ends as silence does.
        text = self.failure(errors.PowerUnreachable, self.host, 4)
        self.assertIn('fence_ipmilan 127.0.0.1', text)


class TakingOverTest(FenceIpmilanTestCase):
    """A dead BMC with a living device behind it."""

    def test_the_second_device_makes_the_proof(self):
        (dead,) = self.faulty_bmcs()
        dead.set(silent=True)
        second = self.host.devices[0]
        host = Host('c1', 'c1', (base.device_of(dead), second))
        # A dead BMC is given up after five; with ten, after its share.
        for seconds in (30.0, 10.0):
            self.file.write_text('on\n')
            began = time.monotonic()
            proof = self.off(host, seconds)
            took = time.monotonic() - began
            print(f'dead BMC, {seconds:.0f} s: off in {took:.1f} s')
            self.assertEqual('fence_agent', proof.method)
            self.assertIn('fence_ipmilan', proof.witness)
            self.assertEqual('off\n', self.file.read_text())
            self.assertLess(took, seconds)

    def test_both_are_dead(self):
        (dead,) = self.faulty_bmcs()
        dead.set(silent=True)
        self.bmc.stop()
        host = Host('c1', 'c1', (base.device_of(dead), self.host.devices[0]))
        text = self.failure(errors.PowerUnreachable, host, 6)
        self.assertIn(f'(1) ipmi: BMC 127.0.0.1:{dead.port} does not', text)
        self.assertIn('(2) fence_agent: fence_ipmilan 127.0.0.1:', text)
