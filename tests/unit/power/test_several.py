# SPDX-License-Identifier: Apache-2.0
"""A host with several devices: who is asked, when, and for how long."""

from testtools import matchers

from nova_ha.recovery import errors
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.states import PowerState
from tests.unit.power import base

SILENT = errors.PowerUnreachable('c1: BMC a does not answer')
WRONG = errors.PowerAuthError('c1: BMC a refuses the password')
ODD = errors.PowerDeviceError('c1: PDU b answers with an error')
STUCK = errors.PowerStuck('c1: PDU b stays on')
CANNOT = errors.PowerUnsupported('c1: cannot')


class SeveralTestCase(base.PowerTestCase):
    def setUp(self):
        super().setUp()
        self.bmc = self.scripted
        self.pdu = base.ScriptedDriver(self.time, 'pdu')
        self.power._drivers['pdu'] = self.pdu
        self.host = Host(
            'c1', 'n1', (PowerDevice('scripted'), PowerDevice('pdu'))
        )

    def off(self, seconds):
        return self.power.power_off(self.host, self.deadline(seconds))

    def failure(self, kind, seconds):
        return str(self.assertRaises(kind, self.off, seconds))


class OffTest(SeveralTestCase):
    def test_the_second_is_not_asked_when_the_first_does_it(self):
        self.bmc.then(True)
        self.assertEqual('scripted', self.off(10).method)
        self.assertEqual([], self.pdu.calls)

    def test_the_second_is_tried_at_once_and_named_in_the_proof(self):
        self.bmc.then(SILENT, 5)
        self.pdu.then(True, 1)
        proof = self.off(50)
        self.assertEqual('pdu', proof.method)
        self.assertEqual(([0], [5]), (self.bmc.calls, self.pdu.calls))
        self.assertEqual(6, self.time.elapsed)

    def test_a_pause_comes_after_a_whole_round(self):
        self.bmc.then(SILENT, 5)
        self.pdu.then(ODD, 1).then(True)
        self.off(50)
        self.assertEqual(([0, 7], [5, 12]), (self.bmc.calls, self.pdu.calls))

    def test_off_seen_by_the_second_may_have_been_the_first_ones_doing(self):
        self.bmc.then(SILENT)
        self.pdu.then(False)
        self.assertIsNone(self.off(10).was_running)

    def test_a_dead_first_one_leaves_the_second_its_share(self):
        # (deadline, end of the first attempt, of the second).
        for seconds, first, second in (
            (50, 15, 30),
            (30, 15, 30),
            (20, 10, 20),
            (4, 2, 4),
            (1, 0.5, 1),
        ):
            with self.subTest(seconds):
                self.bmc.script, self.pdu.script = [], []
                self.bmc.then(SILENT, 99)
                self.pdu.then(SILENT, 99)
                self.pdu.calls.clear()
                start = self.time.elapsed
                self.failure(errors.PowerUnreachable, seconds)
                self.assertEqual(start + first, self.pdu.calls[0])
                self.assertEqual(
                    start + second, self.pdu.ends[-len(self.pdu.calls)]
                )
                self.assertLessEqual(self.time.elapsed, start + seconds)

    def test_what_the_first_leaves_over_is_the_seconds(self):
        self.bmc.then(SILENT, 1)
        self.pdu.then(True, 13)
        self.off(20)
        self.assertEqual([14], self.pdu.ends)

    def test_three_share_in_three(self):
        third = base.ScriptedDriver(self.time, 'third').then(True, 4)
        self.power._drivers['third'] = third
        self.host = Host(
            'c1', 'n1', (*self.host.devices, PowerDevice('third'))
        )
        self.bmc.then(SILENT, 99)
        self.pdu.then(SILENT, 99)
        self.assertEqual('third', self.off(12).method)
        self.assertEqual(
            ([4], [8], [12]), (self.bmc.ends, self.pdu.ends, third.ends)
        )

    def test_a_refused_password_slows_its_own_device_only(self):
        self.bmc.then(WRONG)
        self.pdu.then(ODD)
        self.failure(errors.PowerAuthError, 23)
        self.assertEqual([0, 10, 20, 21], self.bmc.calls)
        self.assertEqual(list(range(22)), self.pdu.calls)

    def test_each_device_has_its_say(self):
        self.bmc.then(SILENT, 5)
        self.pdu.then(ODD, 1)
        text = self.failure(errors.PowerDeviceError, 14)
        self.assertEqual(
            'c1: power-off failed on every device (6 attempts in 14 s): '
            '(1) scripted: BMC a does not answer; '
            '(2) pdu: PDU b answers with an error',
            text,
        )

    def test_the_error_is_of_the_kind_that_needs_a_person_most(self):
        self.pdu.then(ODD)
        for outcome, kind in (
            (STUCK, errors.PowerStuck),
            (WRONG, errors.PowerAuthError),
            (SILENT, errors.PowerDeviceError),
            (CANNOT, errors.PowerDeviceError),
        ):
            with self.subTest(kind):
                self.bmc.script = []
                self.bmc.then(outcome)
                self.failure(kind, 3)

    def test_a_device_that_cannot_is_asked_once(self):
        self.bmc.then(CANNOT)
        self.pdu.then(ODD).then(True)
        self.off(10)
        self.assertEqual(([0], [0, 1]), (self.bmc.calls, self.pdu.calls))

    def test_when_none_can_it_fails_at_once(self):
        self.bmc.then(CANNOT)
        self.pdu.then(CANNOT)
        text = self.failure(errors.PowerUnsupported, 50)
        self.assertThat(text, matchers.EndsWith('(2) pdu: cannot'))
        self.assertEqual(0, self.time.elapsed)

    def test_a_driver_that_is_not_there_does_not_stop_the_next(self):
        self.host = Host('c1', 'n1', (PowerDevice('no'), PowerDevice('pdu')))
        self.pdu.then(True)
        self.assertEqual('pdu', self.off(10).method)

    def test_a_stopping_service_goes_to_no_further_device(self):
        self.time.stop_at = 3.0
        self.bmc.then(SILENT, 5)
        self.pdu.then(True)
        self.assertEqual(
            str(SILENT), self.failure(errors.PowerUnreachable, 50)
        )
        self.assertEqual([], self.pdu.calls)


class OnTest(SeveralTestCase):
    def on(self, seconds=10):
        self.power.power_on(self.host, self.deadline(seconds))

    def test_the_mains_come_before_the_machine(self):
        self.bmc.then(None)
        self.pdu.then(None, 1)
        self.on()
        self.assertEqual(([1], [0]), (self.bmc.calls, self.pdu.calls))

    def test_a_later_device_need_not_be_able_to(self):
        self.bmc.then(None)
        self.pdu.then(CANNOT)
        self.on()

    def test_the_first_device_decides(self):
        self.bmc.then(None)
        self.pdu.then(ODD)
        self.on()

    def test_the_machine_is_tried_again_the_mains_are_not(self):
        self.bmc.then(SILENT, 1).then(None)
        self.pdu.then(None)
        self.on()
        self.assertEqual(([0, 2], [0]), (self.bmc.calls, self.pdu.calls))

    def test_the_first_device_must_accept(self):
        self.bmc.then(SILENT)
        self.pdu.then(None)
        error = self.assertRaises(errors.PowerUnreachable, self.on, 3)
        self.assertIn('BMC a does not answer', str(error))

    def test_it_fails_at_once_if_the_first_device_cannot(self):
        self.bmc.then(CANNOT)
        self.pdu.then(None)
        self.assertRaises(errors.PowerUnsupported, self.on)
        self.assertEqual(0, self.time.elapsed)


class StateTest(SeveralTestCase):
    def state(self):
        return self.power.power_state(self.host, self.deadline(50))

    def test_the_table(self):
        on, off, unknown = PowerState.ON, PowerState.OFF, PowerState.UNKNOWN
        for bmc, pdu, expected in (
            (on, None, on),
            (off, None, off),
            (SILENT, off, off),
            # The outlet has power, which the dead BMC's host may not use.
            (SILENT, on, unknown),
            (SILENT, unknown, unknown),
        ):
            with self.subTest(f'{bmc} {pdu}'):
                self.bmc.script, self.pdu.script = [], []
                self.pdu.calls.clear()
                self.bmc.then(bmc)
                if pdu is not None:
                    self.pdu.then(pdu)
                self.assertIs(expected, self.state())
                self.assertEqual(pdu is not None, bool(self.pdu.calls))

    def test_a_third_that_says_off_is_heard(self):
        third = base.ScriptedDriver(self.time, 'third').then(PowerState.OFF)
        self.power._drivers['third'] = third
        self.host = Host(
            'c1', 'n1', (*self.host.devices, PowerDevice('third'))
        )
        self.bmc.then(SILENT)
        self.pdu.then(PowerState.ON)
        self.assertIs(PowerState.OFF, self.state())

    def test_none_answers(self):
        self.bmc.then(SILENT, 99)
        self.pdu.then(ODD, 99)
        error = self.assertRaises(errors.PowerDeviceError, self.state)
        self.assertEqual(
            'c1: reading the power state failed on every device: '
            '(1) scripted: BMC a does not answer; '
            '(2) pdu: PDU b answers with an error',
            str(error),
        )
        # read_timeout holds for both together.
        self.assertEqual(([5], [10]), (self.bmc.ends, self.pdu.ends))


class CheckTest(SeveralTestCase):
    def test_each_device_is_checked_by_itself(self):
        self.bmc.then(WRONG)
        self.pdu.then(True)
        problems = [
            self.power.check(self.host, device, self.deadline(10)).problem
            for device in self.host.devices
        ]
        self.assertEqual([str(WRONG), ''], problems)
