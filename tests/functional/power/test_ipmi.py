# SPDX-License-Identifier: Apache-2.0
"""What the issue promises of IPMI, one BMC at a time."""

from concurrent import futures
import datetime
import threading
import time

from testtools import matchers

from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.states import PowerState
from tests.functional.power import base

LOGOUT_ARRIVES = 5.0


class OneBmcTestCase(base.PowerTestCase):
    def setUp(self):
        super().setUp()
        (self.bmc,) = self.faulty_bmcs()
        self.host = base.host_of(self.bmc)
        self.place = f'c1: BMC 127.0.0.1:{self.bmc.port}'
        self.power.warm([self.host])
        # The server has been started, but may not yet be up.
        self.check(self.host)

    def assert_no_session_left(self):
        """The logout may still be on its way when the action has ended."""
        deadline = Deadline.after(LOGOUT_ARRIVES)
        while self.bmc.state()['sessions'] and not deadline.expired:
            time.sleep(0.05)
        self.assertEqual(0, self.bmc.state()['sessions'])


class WorkingTest(OneBmcTestCase):
    def test_off(self):
        before = datetime.datetime.now(datetime.UTC)
        proof = self.off(self.host)
        after = datetime.datetime.now(datetime.UTC)
        self.assertEqual('c1', proof.host)
        self.assertEqual('ipmi', proof.method)
        self.assertEqual(
            f'BMC 127.0.0.1:{self.bmc.port} reads power off', proof.witness
        )
        self.assertTrue(before <= proof.verified_at <= after)
        self.assertIs(True, proof.was_running)
        self.assert_no_session_left()
        self.assertEqual(
            {'power': 'off', 'sessions': 0, 'offs': 1}, self.bmc.state()
        )

    def test_already_off_is_success_at_once(self):
        self.bmc.set(power='off')
        self.assertIs(False, self.off(self.host).was_running)
        self.assert_no_session_left()
        self.assertEqual(
            {'power': 'off', 'sessions': 0, 'offs': 0}, self.bmc.state()
        )

    def test_a_host_that_takes_its_time(self):
        self.bmc.set(off_after=1.5)
        began = time.monotonic()
        self.assertIs(True, self.off(self.host).was_running)
        self.assertGreater(time.monotonic() - began, 1.5)
        self.assertEqual(1, self.bmc.state()['offs'])

    def test_on_and_state_and_check(self):
        self.bmc.set(power='off')
        deadline = Deadline.after(10)
        self.assertIs(
            PowerState.OFF, self.power.power_state(self.host, deadline)
        )
        self.power.power_on(self.host, deadline)
        found = self.check(self.host)
        self.assertIs(PowerState.ON, found.state)
        self.assertEqual('administrator', found.privilege)
        self.assertEqual('', found.problem)
        self.assert_no_session_left()

    def test_operator_is_enough(self):
        self.bmc.set(privilege=3)
        found = self.check(self.host)
        self.assertEqual('operator', found.privilege)
        self.assertIs(True, self.off(self.host).was_running)
        wanted = base.host_of(self.bmc, privilege='operator')
        self.assertIs(False, self.off(wanted).was_running)
        self.assert_no_session_left()

    def test_slow(self):
        self.bmc.set(slow=0.3)
        self.assertIs(True, self.off(self.host, 15).was_running)
        self.assert_no_session_left()

    def test_a_lost_close_is_repeated(self):
        self.bmc.set(lose_close=True)
        self.off(self.host)
        self.assert_no_session_left()

    def test_ipv6(self):
        (bmc,) = self.faulty_bmcs(address='::1')
        proof = self.off(base.host_of(bmc))
        self.assertIs(True, proof.was_running)
        self.assertIn(f'[::1]:{bmc.port}', proof.witness)


class RefusingTest(OneBmcTestCase):
    def test_wrong_password(self):
        wrong = base.host_of(self.bmc, password='not-the-one')
        text = self.failure_at_once(errors.PowerAuthError, wrong)
        self.assertThat(
            text,
            matchers.StartsWith(
                f"{self.place} refuses the password of user 'admin'; correct "
                'it in the hosts file or in the BMC'
            ),
        )
        self.assertNotIn('not-the-one', text)

    def test_no_privilege(self):
        self.bmc.set(privilege=2)
        text = self.failure_at_once(errors.PowerAuthError, self.host)
        self.assertIn(
            f"{self.place} does not give user 'admin' enough privilege", text
        )
        self.assertIn('needs operator', text)
        self.assert_no_session_left()

    def test_privilege_refused_at_the_command(self):
        self.bmc.set(control_code=0xD4)
        text = self.failure_at_once(errors.PowerAuthError, self.host)
        self.assertIn('power-off: Insufficient privilege level', text)
        self.assertEqual('on', self.bmc.state()['power'])
        self.assert_no_session_left()

    def test_an_error_code(self):
        self.bmc.set(read_code=0xC0)
        text = self.failure_at_once(errors.PowerDeviceError, self.host)
        self.assertIn(
            f'{self.place} answers with an error: power read: Node Busy '
            '(completion code 0xc0)',
            text,
        )
        self.assert_no_session_left()

    def test_an_error_code_to_a_host_that_goes_off_all_the_same(self):
        self.bmc.set(control_code=0xD5)
        self.in_the_first_pause(lambda: self.bmc.set(power='off'))
        # Seen off after a refusal: by whom is not known.
        self.assertIsNone(self.off(self.host).was_running)

    def test_an_answer_without_content(self):
        self.bmc.set(short=True)
        text = self.failure_at_once(errors.PowerDeviceError, self.host)
        self.assertIn('power read: 0 bytes instead of 3 or 4', text)

    def test_it_lies(self):
        self.bmc.set(lie=True)
        text = self.failure(errors.PowerStuck, self.host, 5)
        self.assertThat(
            text,
            matchers.MatchesRegex(
                rf'{self.place} accepted the power-off, but \d+\.\d s later '
                'the host is still on; switch it off by hand, then confirm '
                'that it is off'
            ),
        )
        self.assertEqual('on', self.bmc.state()['power'])
        self.assert_no_session_left()

    def test_no_session_left_in_the_bmc(self):
        self.bmc.set(full=True)
        text = self.failure_at_once(errors.PowerDeviceError, self.host)
        self.assertIn('Insufficient resources to create new session', text)


class SilentTest(OneBmcTestCase):
    def test_dead(self):
        self.bmc.set(silent=True)
        text = self.failure_at_once(errors.PowerUnreachable, self.host)
        self.assertThat(
            text,
            matchers.StartsWith(
                f'{self.place} does not answer: no answer at all; check that '
                'it has power and network'
            ),
        )

    def test_dead_and_back_before_the_deadline(self):
        self.bmc.set(silent=True)
        began = time.monotonic()
        timer = threading.Timer(6, self.bmc.set, kwargs={'silent': False})
        timer.start()
        self.addCleanup(timer.join)
        self.off(self.host, 30)
        self.assertThat(
            time.monotonic() - began,
            matchers.MatchesAll(
                matchers.GreaterThan(6), matchers.LessThan(15)
            ),
        )

    def test_a_user_that_the_bmc_ignores(self):
        wrong = base.host_of(self.bmc, user='nobody')
        text = self.failure_at_once(errors.PowerUnreachable, wrong)
        self.assertIn('they do not know the user', text)

    def test_garbage(self):
        self.bmc.set(garbage=True)
        text = self.failure_at_once(errors.PowerDeviceError, self.host)
        self.assertIn(f'{self.place} answers with an error: ', text)
        self.assertIn('packets, none of them IPMI', text)

    def test_it_dies_in_mid_session(self):
        self.bmc.set(die=True)
        text = self.failure(errors.PowerUnreachable, self.host, 6)
        self.assertIn('does not answer', text)

    def test_lost_packets(self):
        self.bmc.set(drop=0.1)
        self.off(self.host, 40)
        self.assertEqual('off', self.bmc.state()['power'])

    def test_a_name_that_is_not_known(self):
        lost = base.host_of(self.bmc, address='bmc.invalid')
        text = self.failure(errors.PowerUnreachable, lost, 2)
        self.assertIn('c1: BMC bmc.invalid:', text)


class NeighboursTest(base.PowerTestCase):
    def test_garbage_of_one_disturbs_no_other(self):
        bmcs = self.faulty_bmcs(6)
        (bad,) = self.faulty_bmcs()
        bad.set(garbage=True)
        hosts = [base.host_of(bmc, f'c{n}') for n, bmc in enumerate(bmcs)]
        with futures.ThreadPoolExecutor(7) as pool:
            failing = pool.submit(
                self.failure_at_once,
                errors.PowerDeviceError,
                base.host_of(bad, 'bad'),
            )
            proofs = list(pool.map(self.off, hosts))
            self.assertFalse(failing.done())
            failing.result()
        self.assertEqual([True] * 6, [proof.was_running for proof in proofs])
