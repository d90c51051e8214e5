# SPDX-License-Identifier: Apache-2.0
"""Pacemaker asks: what is done, what is recorded, what is answered."""

import concurrent.futures
import threading
import time

from nova_ha.engine.fences import Fences
from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.wire import AFTER
from tests.simulator.wire import Fault
from tests.simulator.world import STORE_AWAY
from tests.unit.engine.base import WorldTest


class FenceTest(WorldTest):
    def test_a_lost_host_is_recovered(self):
        self.given(6)
        self.world.lose('h1')
        fenced = self.world.fence('node-h1')
        self.assertTrue(fenced.proof.was_running)
        self.assertEqual(S.FORCING_DOWN, fenced.recovery.state)
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(
            'fence_requested off_verified forced_down all_accounted_for',
            ' '.join(self.world.history('h1')),
        )
        self.assert_rows({f'vm{i}': 'succeeded' for i in range(1, 7)})
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)
        service = self.world.nova.services['h1']
        self.assertFalse(service.forced_down or service.disabled)
        self.assertEqual([], self.world.notices.alarms)

    def test_the_answer_does_not_wait_for_nova(self):
        self.given()
        self.world.nova_away()
        before = self.world.timeline.monotonic()
        self.world.fence('h1')
        self.assertAlmostEqual(
            before + self.world.hosts['h1'].off_takes,
            self.world.timeline.monotonic(),
            places=3,
        )

    def test_already_off_is_success_at_once(self):
        self.given()
        self.world.hosts['h1'].switch_off()
        fenced = self.world.fence('h1')
        self.assertFalse(fenced.proof.was_running)
        self.world.until_state('h1', S.EVACUATED)

    def test_a_host_without_instances(self):
        self.lost_and_fenced(0)
        recovery = self.world.until_state('h1', S.EVACUATED)
        self.assertEqual('no instances', recovery.message)

    def test_an_unknown_host(self):
        self.given()
        self.assertRaises(errors.UnknownHost, self.world.fence, 'nosuch')
        self.assertEqual([], self.world.storage.store.recoveries())

    def test_dead_bmc_then_pacemaker_tries_again(self):
        self.given()
        self.world.lose('h1')
        self.world.hosts['h1'].bmc = 'dead'
        self.assertRaises(errors.PowerUnreachable, self.world.fence, 'h1', 10)
        self.assert_state(S.FENCE_FAILED)
        self.assert_alarmed('no answer')
        self.world.run(60)
        self.assert_state(S.FENCE_FAILED)
        self.assertEqual([], self.world.ledger.acts_of('force_down'))
        self.world.hosts['h1'].bmc = 'ok'
        first = self.world.recovery('h1').uuid
        self.assertEqual(first, self.world.fence('h1').recovery.uuid)
        self.world.until_state('h1', S.EVACUATED)

    def test_a_bmc_that_lies(self):
        self.given()
        self.world.hosts['h1'].bmc = 'stuck'
        self.assertRaises(errors.PowerStuck, self.world.fence, 'h1', 10)
        self.assert_state(S.FENCE_FAILED)
        self.assertEqual([], self.world.ledger.acts_of('evacuate'))

    def test_wrong_password_is_told_at_once(self):
        self.given()
        self.world.hosts['h1'].bmc = 'auth'
        before = self.world.timeline.monotonic()
        self.assertRaises(errors.PowerAuthError, self.world.fence, 'h1')
        self.assertLess(self.world.timeline.monotonic() - before, 1)

    def test_requests_at_once_share_power_off_and_incident(self):
        self.given()
        self.world.hosts['h1'].off_takes = 4.0
        answers = []
        for after in (0.5, 1.0, 1.5):
            self.world.timeline.after(
                after, lambda: answers.append(self.world.fence('h1'))
            )
        answers.append(self.world.fence('h1'))
        self.world.until(lambda: len(answers) == 4)
        self.assertEqual(1, len({a.recovery.uuid for a in answers}))
        self.assertEqual(1, len(self.world.ledger.acts_of('power_off')))
        self.assertNotIn('off_lost', self.world.history('h1'))
        self.world.until_state('h1', S.EVACUATED)
        self.assertNotIn('off_lost', self.world.history('h1'))

    def test_the_step_and_the_request_share_one_proof(self):
        """The scan takes a slow fencing up before its request is over."""
        self.given()
        self.world.hosts['h1'].off_takes = 8.0
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATED)
        self.assertNotIn('off_lost', self.world.history('h1'))
        self.assertEqual(1, len(self.world.ledger.acts_of('power_off')))

    def test_more_patience_goes_on_where_less_gave_up(self):
        self.given()
        self.world.hosts['h1'].bmc = 'dead'
        outcome = []

        def repair():
            self.world.hosts['h1'].bmc = 'ok'

        def impatient():
            try:
                self.world.fence('h1', 5)
            except errors.PowerError as e:
                outcome.append(e)

        self.world.timeline.after(20, repair)
        self.world.timeline.after(0, impatient)
        self.world.run(0.1)
        self.world.fence('h1', 50)
        self.assertEqual(1, len(outcome))
        self.world.until_state('h1', S.EVACUATED)

    def test_a_broken_driver_is_no_proof(self):
        self.given()
        self.world.faults.add(
            Fault('power', 'power_off', error=ValueError('defect'))
        )
        self.assertRaises(ValueError, self.world.fence, 'h1')
        self.assert_state(S.FENCING)
        # The engine's own try does it.
        self.world.until_state('h1', S.EVACUATED)

    def test_neither_store_nor_spool_then_nobody_is_told(self):
        self.given()
        self.world.store_away()
        self.world.faults.add(Fault('spool', 'put', error=STORE_AWAY))
        self.assertRaises(errors.StoreUnavailable, self.world.fence, 'h1')

    def test_forty_hosts_dead_bmcs_among_them(self):
        """Four workers here: nobody waits for another's evacuations."""
        self.given(2)
        for _ in range(60):
            self.world.nova.boot('h2')
        self.world.nova.spawn_takes = 20.0
        self.world.fence('h2')
        self.world.run(3)
        self.assert_state(S.EVACUATING, 'h2')
        before = self.world.timeline.monotonic()
        self.world.fence('h1')
        self.assertLess(self.world.timeline.monotonic() - before, 0.5)


class LostWriteTest(WorldTest):
    def test_store_lost_between_begin_and_record(self):
        self.given()
        self.world.hosts['h1'].off_takes = 1.0
        away = []
        self.world.timeline.after(
            0.5, lambda: away.append(self.world.store_away())
        )
        fenced = self.world.fence('h1')
        self.assertIsNone(fenced.recovery)
        self.world.run(10)
        self.world.back(away[0])
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual([], self.world.storage.spool.entries())

    def test_the_spooled_proof_is_used_when_the_bmc_has_died_since(self):
        self.given()
        self.world.hosts['h1'].off_takes = 1.0
        away = []
        self.world.timeline.after(
            0.5, lambda: away.append(self.world.store_away())
        )
        self.world.fence('h1')
        self.world.faults.add(
            Fault(
                'power',
                'power_off',
                error=errors.PowerAuthError('password changed'),
                times=100,
            )
        )
        self.world.back(away[0])
        self.world.until_state('h1', S.EVACUATED)

    def test_answers_of_the_store_lost_at_each_write(self):
        for method in ('open', 'save'):
            with self.subTest(method):
                world = self.world = type(self.world)(self.HOSTS)
                self.addCleanup(world.close)
                self.given()
                world.faults.add(
                    Fault('store', method, when=AFTER, error=STORE_AWAY)
                )
                world.fence('h1')
                world.until_state('h1', S.EVACUATED)
                self.assertEqual(1, len(world.storage.store.recoveries()))
                self.assert_promises_kept()

    def test_quicker_writers_are_tried_again(self):
        self.given()
        stale = errors.StaleRecovery('somebody was quicker')
        self.world.faults.add(Fault('store', 'save', error=stale, times=3))
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATED)

    def test_a_row_written_by_others_all_the_time_goes_to_the_spool(self):
        self.given()
        stale = errors.StaleRecovery('somebody was quicker')
        fault = self.world.faults.add(
            Fault('store', 'save', error=stale, times=10**6)
        )
        fenced = self.world.fence('h1')
        self.assertIsNone(fenced.recovery)
        self.world.back(fault)
        self.world.until_state('h1', S.EVACUATED)


class FencesTest(WorldTest):
    """With real threads: a driver that fails at once is not hammered."""

    def test_a_driver_that_fails_fast(self):
        calls = []

        class Broken:
            def power_off(self, host, deadline):
                calls.append(time.monotonic())
                raise errors.PowerUnreachable('down')

        pool = concurrent.futures.ThreadPoolExecutor(1)
        self.addCleanup(pool.shutdown)
        fences = Fences(Broken(), pool)
        host = self.world.host_file.get('h1')
        self.assertRaises(
            errors.PowerUnreachable,
            fences.off,
            host,
            Deadline.after(0.3),
            self.world.timeline.now(),
        )
        self.assertLess(len(calls), 4)

    def test_a_power_off_cut_off_by_the_stop_is_a_power_error(self):
        pool = concurrent.futures.ThreadPoolExecutor(1)
        gate = threading.Event()
        pool.submit(gate.wait, 5)
        fences = Fences(self.world.power, pool)
        host = self.world.host_file.get('h1')
        waiting = fences.start(host, Deadline.after(5))
        pool.shutdown(wait=False, cancel_futures=True)
        gate.set()
        self.assertTrue(waiting.cancelled())
        self.assertRaises(
            errors.PowerError,
            fences.off,
            host,
            Deadline.after(1),
            self.world.timeline.now(),
        )
