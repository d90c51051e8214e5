# SPDX-License-Identifier: Apache-2.0
"""What a person may do, and may not."""

from nova_ha.recovery import errors
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.wire import AFTER
from tests.simulator.wire import Fault
from tests.unit.engine.base import WorldTest


class OperatorTest(WorldTest):
    def setUp(self):
        super().setUp()
        self.given()
        self.operator = self.world.daemon.engine.operator

    def fence_fails(self, bmc='dead'):
        self.world.hosts['h1'].bmc = bmc
        self.assertRaises(errors.PowerError, self.world.fence, 'h1', 3)
        self.assert_state(S.FENCE_FAILED)
        return self.world.recovery('h1').uuid

    def evacuation_fails(self):
        self.world.nova.full = {'h2', 'h3'}
        self.world.fence('h1')
        recovery = self.world.until_state('h1', S.EVACUATION_FAILED)
        self.world.nova.full.clear()
        self.world.run(5)
        return recovery.uuid

    def test_retry_of_a_fencing(self):
        uuid = self.fence_fails()
        self.world.hosts['h1'].bmc = 'ok'
        self.assertIs(S.FENCING, self.operator.retry(uuid, 'me').state)
        self.world.until_state('h1', S.EVACUATED)

    def test_retry_is_not_judged_by_the_last_attempt(self):
        """The engine's own attempt goes on when the request's is over."""
        self.world.hosts['h1'].bmc = 'dead'
        self.assertRaises(errors.PowerError, self.world.fence, 'h1', 8)
        uuid = self.world.recovery('h1').uuid
        self.world.run(100)
        self.world.hosts['h1'].bmc = 'ok'
        self.operator.retry(uuid, 'me')
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(1, self.world.history('h1').count('fencing_failed'))

    def overtaken(self, error, times=1):
        """Somebody else writes first, so often."""
        fault = Fault('store', 'save', error=error, times=times)
        self.world.faults.add(fault)

    def test_no_wish_is_lost_to_a_write_that_was_quicker(self):
        uuid = self.fence_fails()
        self.overtaken(errors.StaleRecovery('quicker'))
        self.assertIs(S.FENCING, self.operator.retry(uuid, 'me').state)
        self.overtaken(errors.NotOwner('taken up'))
        self.world.hosts['h1'].switch_off()
        proof = self.operator.confirm_off(uuid, 'jo').off_proof
        self.assertEqual('confirmed by jo', proof.witness)
        self.overtaken(errors.StaleRecovery('quicker'), times=3)
        self.assertIs(S.CANCELLED, self.operator.cancel(uuid, 'me').state)

    def test_overtaken_all_the_time(self):
        uuid = self.fence_fails()
        self.overtaken(errors.StaleRecovery('quicker'), times=10**6)
        self.assertRaises(
            errors.StaleRecovery, self.operator.cancel, uuid, 'me'
        )

    def test_retry_of_a_fencing_that_fails_again(self):
        uuid = self.fence_fails('auth')
        self.operator.retry(uuid, 'me')
        self.world.until_state('h1', S.FENCE_FAILED)
        self.assertIn('wrong password', self.world.recovery('h1').message)

    def test_retry_when_the_host_has_left_the_file(self):
        uuid = self.fence_fails()
        self.world.host_file.remove('h1')
        self.operator.retry(uuid, 'me')
        self.world.until_state('h1', S.FENCE_FAILED)
        self.assert_alarmed('does not name h1')

    def test_retry_of_evacuations(self):
        uuid = self.evacuation_fails()
        self.operator.retry(uuid, 'me')
        self.world.until_state('h1', S.EVACUATED)
        self.assert_rows({'vm1': 'succeeded', 'vm2': 'succeeded'})

    def test_no_retry_on_a_host_that_runs(self):
        uuid = self.evacuation_fails()
        self.world.hosts['h1'].switch_on()
        self.assertRaises(
            errors.UnsafeRequest, self.operator.retry, uuid, 'me'
        )
        self.assert_state(S.EVACUATION_FAILED)

    def test_no_retry_of_what_has_not_failed(self):
        self.world.fence('h1')
        uuid = self.world.until_state('h1', S.EVACUATED).uuid
        self.assertRaises(
            errors.IllegalTransition, self.operator.retry, uuid, 'me'
        )

    def test_confirm_off(self):
        uuid = self.fence_fails()
        self.world.hosts['h1'].switch_off()  # somebody pulled the plug
        self.operator.confirm_off(uuid, 'jo')
        recovery = self.world.until_state('h1', S.EVACUATED)
        self.assertEqual('confirmed by jo', recovery.off_proof.witness)

    def test_confirm_off_only_after_a_failed_fence(self):
        self.world.fence('h1')
        uuid = self.world.until_state('h1', S.EVACUATED).uuid
        self.assertRaises(
            errors.IllegalTransition, self.operator.confirm_off, uuid, 'jo'
        )

    def test_confirm_off_while_it_is_tried_again(self):
        """As Pacemaker has it tried all the time."""
        uuid = self.fence_fails()
        self.operator.retry(uuid, 'pacemaker')
        self.assert_state(S.FENCING)
        self.world.hosts['h1'].switch_off()
        self.operator.confirm_off(uuid, 'jo')
        recovery = self.world.until_state('h1', S.EVACUATED)
        self.assertEqual('confirmed by jo', recovery.off_proof.witness)
        # What that try comes to changes nothing any more.
        self.world.run(120)
        self.assertEqual(uuid, self.world.recovery('h1').uuid)
        self.assert_state(S.EVACUATED)

    def test_no_word_is_taken_before_a_fencing_has_failed(self):
        self.world.hosts['h1'].bmc = 'dead'
        uuid = self.world.daemon.engine.intake.fence_again(
            'h1', 'test', 'x'
        ).uuid
        self.assertRaises(
            errors.IllegalTransition, self.operator.confirm_off, uuid, 'jo'
        )

    def test_cancel(self):
        uuid = self.fence_fails()
        self.operator.cancel(uuid, 'me')
        self.assert_state(S.CANCELLED)
        self.world.run(60)
        self.assertEqual([], self.world.ledger.acts_of('force_down'))
        # The next request is a new incident.
        self.world.hosts['h1'].bmc = 'ok'
        self.assertNotEqual(uuid, self.world.fence('h1').recovery.uuid)

    def test_cancelled_while_nova_is_being_told(self):
        fault = self.world.nova_away()
        self.world.fence('h1')
        self.operator.cancel(self.world.recovery('h1').uuid, 'me')
        self.world.back(fault)
        self.world.run(60)
        self.assert_state(S.CANCELLED)
        self.assertEqual([], self.world.ledger.acts_of('evacuate'))

    def test_nothing_unknown(self):
        for act in ('retry', 'confirm_off', 'release', 'cancel'):
            self.assertRaises(
                errors.UnknownRecovery,
                getattr(self.operator, act),
                'nosuch',
                'me',
            )


class PowerWatchTest(WorldTest):
    def test_power_seen_on_during_the_evacuations(self):
        self.world.nova.spawn_takes = 15.0
        self.lost_and_fenced(8)
        self.world.run(5)
        self.world.hosts['h1'].switch_on()
        self.world.until(lambda: 'off_lost' in self.world.history('h1'))
        self.assert_alarmed('seen running')
        self.world.until_state('h1', S.EVACUATED, 300)
        self.assertEqual(2, len(self.world.ledger.acts_of('power_off')))
        self.assertFalse(self.world.hosts['h1'].on)

    def test_requests_queued_before_it_was_seen_on_are_not_sent(self):
        self.world.nova.spawn_takes = 3.0
        self.given(12)
        self.world.fence('h1')
        self.world.run(1)
        # The pool is held up, so that requests wait in its queue.
        self.world.daemon.settings = self.world.settings.__class__(
            owner='c1', window=12, power_watch_interval=2.0
        )
        self.world.faults.add(
            Fault('compute', 'instance', delay=25.0, times=4)
        )
        self.world.run(9)
        self.world.hosts['h1'].switch_on()
        self.world.hosts['h1'].bmc = 'ok'
        self.world.until_state('h1', S.EVACUATED, 600)

    def test_unreadable_power_voids_nothing(self):
        self.world.nova.spawn_takes = 40.0
        self.lost_and_fenced()
        self.world.run(1)
        self.world.hosts['h1'].bmc = 'dead'
        self.world.until_state('h1', S.EVACUATED, 300)
        self.assertNotIn('off_lost', self.world.history('h1'))

    def test_a_host_that_left_the_file_is_let_alone(self):
        self.world.nova.spawn_takes = 40.0
        self.lost_and_fenced()
        self.world.host_file.remove('h1')
        self.world.until_state('h1', S.EVACUATED, 300)

    def test_a_read_that_came_too_late_voids_nothing(self):
        """It was on, was read, is fenced again, and then the answer comes."""
        self.world.nova.spawn_takes = 60.0
        self.lost_and_fenced()
        self.world.until_state('h1', S.EVACUATING)
        self.world.hosts['h1'].switch_on()
        self.world.faults.add(
            Fault('power', 'power_state', when=AFTER, delay=15.0)
        )
        self.world.run(11)
        self.world.fence('h1')
        self.world.run(20)
        self.assertEqual(1, self.world.history('h1').count('off_lost'))
        self.assertEqual(2, len(self.world.ledger.acts_of('power_off')))
