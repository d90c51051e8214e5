# SPDX-License-Identifier: Apache-2.0
from nova_ha.recovery import errors
from tests.unit.power import base

SILENT = errors.PowerUnreachable('no answer')
WRONG = errors.PowerAuthError('wrong password')
ODD = errors.PowerDeviceError('error 0xc0')
STUCK = errors.PowerStuck('stays on')


class RetryTest(base.PowerTestCase):
    def off(self, seconds):
        return self.power.power_off(self.host, self.deadline(seconds))

    def failure(self, kind, seconds):
        return str(self.assertRaises(kind, self.off, seconds))

    def test_a_first_success_is_returned_as_it_is(self):
        self.scripted.then(False)
        self.assertIs(False, self.off(10).was_running)
        self.assertEqual([0], self.scripted.calls)

    def test_a_bmc_that_comes_back_late_still_succeeds(self):
        self.scripted.then(SILENT, 5).then(SILENT, 5).then(True)
        self.off(50)
        self.assertEqual([0, 6, 12], self.scripted.calls)

    def test_failures_are_reported_at_the_deadline_not_before(self):
        self.scripted.then(ODD)
        text = self.failure(errors.PowerDeviceError, 10)
        self.assertEqual('error 0xc0 (10 attempts in 9 s)', text)
        self.assertEqual(list(range(10)), self.scripted.calls)

    def test_a_refused_password_is_tried_again_slowly(self):
        self.scripted.then(WRONG)
        text = self.failure(errors.PowerAuthError, 50)
        self.assertEqual([0, 10, 20, 30, 40, 49], self.scripted.calls)
        self.assertEqual('wrong password (6 attempts in 49 s)', text)

    def test_an_attempt_ends_at_its_own_time_out(self):
        self.conf.set_override('attempt_timeout', 7.0, 'power')
        self.scripted.then(STUCK, 99).then(False)
        self.off(50)
        self.assertEqual([0, 8], self.scripted.calls)

    def test_the_deadline_holds_for_every_attempt(self):
        self.scripted.then(SILENT, 99)
        self.failure(errors.PowerUnreachable, 40)
        self.assertEqual(40, self.time.elapsed)

    def test_an_attempt_cut_short_does_not_hide_the_one_before(self):
        self.scripted.then(STUCK, 15).then(SILENT, 99)
        self.assertEqual(
            'stays on (2 attempts in 20 s)',
            self.failure(errors.PowerStuck, 20),
        )

    def test_what_the_bmc_says_in_the_last_moment_counts(self):
        self.scripted.then(SILENT, 15).then(WRONG)
        self.assertEqual(
            'wrong password (3 attempts in 19 s)',
            self.failure(errors.PowerAuthError, 20),
        )

    def test_what_no_other_try_cures_fails_at_once(self):
        self.scripted.then(errors.PowerUnsupported('cannot'))
        self.assertEqual('cannot', self.failure(errors.PowerUnsupported, 50))
        self.assertEqual(0, self.time.elapsed)

    def test_a_stopping_service_ends_the_pause(self):
        self.time.stop_at = 3.0
        self.scripted.then(WRONG)
        text = self.failure(errors.PowerAuthError, 50)
        self.assertEqual([0], self.scripted.calls)
        self.assertEqual(3.0, self.time.elapsed)
        self.assertEqual('wrong password', text)

    def test_stopping_is_told(self):
        self.time.stop_at = 1.5
        self.scripted.then(ODD)
        self.assertEqual(
            'error 0xc0 (2 attempts in 2 s); given up because the service is '
            'stopping',
            self.failure(errors.PowerDeviceError, 50),
        )

    def test_off_after_a_failed_attempt_may_have_been_our_doing(self):
        self.scripted.then(SILENT).then(False)
        self.assertIsNone(self.off(10).was_running)

    def test_off_after_a_host_that_stayed_on_was_our_doing(self):
        self.scripted.then(STUCK).then(SILENT).then(False)
        self.assertIs(True, self.off(10).was_running)

    def test_a_host_found_running_at_last_was_running(self):
        self.scripted.then(SILENT).then(True)
        self.assertIs(True, self.off(10).was_running)

    def test_power_on_is_tried_again_too(self):
        self.scripted.then(ODD).then(None)
        self.power.power_on(self.host, self.deadline(10))
        self.assertEqual([0, 1], self.scripted.calls)

    def test_a_read_is_tried_once_and_briefly(self):
        self.conf.set_override('read_timeout', 4.0, 'power')
        self.scripted.then(SILENT, 99)
        self.assertRaises(
            errors.PowerUnreachable,
            self.power.power_state,
            self.host,
            self.deadline(50),
        )
        self.assertEqual([0], self.scripted.calls)
        self.assertEqual(4.0, self.time.elapsed)

    def test_a_check_tells_its_problem(self):
        self.scripted.then(WRONG)
        found = self.power.check(
            self.host, self.host.devices[0], self.deadline(10)
        )
        self.assertEqual('wrong password', found.problem)
        self.assertEqual([0], self.scripted.calls)
