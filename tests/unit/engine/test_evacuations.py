# SPDX-License-Identifier: Apache-2.0
"""Evacuating: nova's good and bad answers, and the ends of the world."""

import types

from nova_ha.recovery import errors
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.wire import AFTER
from tests.simulator.wire import Fault
from tests.simulator.world import NOVA_AWAY
from tests.unit.engine.base import WorldTest


class EvacuationTest(WorldTest):
    SETTINGS = types.MappingProxyType({'timeout': 120.0})

    def test_the_window_is_kept_full(self):
        self.given(12)
        self.world.nova.spawn_takes = 3.0
        most = []

        def count():
            open_ = [r for r in self.world.nova.records if r.status != 'done']
            most.append(len(open_))
            self.world.timeline.after(0.2, count)

        count()
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(4, max(most))

    def test_states_nova_refuses_are_skipped_with_a_reason(self):
        refused = ['paused', 'suspended', 'rescued', 'resized', 'building']
        recovery = self.evacuated(1, **{f'the_{s}': s for s in refused})
        rows = self.world.rows('h1')
        for state in refused:
            row = rows[f'the_{state}']
            self.assertIs(EvacuationState.SKIPPED, row.state)
            self.assertIn('nova does not evacuate it', row.message)
        self.assertEqual('5 skipped, 1 succeeded', recovery.message)

    def test_a_stopped_one_stays_stopped(self):
        self.evacuated(1, off='stopped')
        self.assertEqual(
            'stopped', self.world.nova.servers['uuid-off'].vm_state
        )
        self.assert_rows({'vm1': 'succeeded', 'off': 'succeeded'})

    def test_a_stopped_one_that_a_failed_attempt_started_is_stopped(self):
        self.world.nova.failing = {'h2', 'h3'}
        self.lost_and_fenced(0, off='stopped')
        self.world.until(
            lambda: self.world.nova.servers['uuid-off'].vm_state == 'error'
        )
        self.world.nova.failing.clear()
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(
            'stopped', self.world.nova.servers['uuid-off'].vm_state
        )
        self.assertEqual('', self.world.rows('h1')['off'].message)

    def test_one_in_error_ends_active(self):
        self.evacuated(0, broken='error')
        server = self.world.nova.servers['uuid-broken']
        self.assertEqual('active', server.vm_state)

    def test_no_valid_host_then_capacity(self):
        self.world.nova.full = {'h2', 'h3'}
        self.lost_and_fenced()
        self.world.run(3)
        self.assert_state(S.EVACUATING)
        self.world.nova.full.clear()
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(2, self.world.rows('h1')['vm1'].attempts)

    def test_gives_up_with_novas_words(self):
        self.world.nova.full = {'h2', 'h3'}
        self.lost_and_fenced()
        self.world.until_state('h1', S.EVACUATION_FAILED)
        row = self.world.rows('h1')['vm1']
        self.assertIs(EvacuationState.FAILED, row.state)
        self.assertEqual(3, row.attempts)
        self.assertIn('No valid host', row.message)
        self.assert_alarmed('2 failed')

    def test_spawn_fails_on_every_target(self):
        self.world.nova.failing = {'h2', 'h3'}
        self.lost_and_fenced(1)
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.assertIn('spawn failed', self.world.rows('h1')['vm1'].message)

    def test_lost_answer_and_the_record_is_there(self):
        self.world.faults.add(
            Fault('compute', 'evacuate', when=AFTER, error=NOVA_AWAY)
        )
        self.evacuated(2)
        self.assertEqual(1, self.asked('vm1'))
        self.assertEqual(1, self.asked('vm2'))

    def test_lost_answer_and_no_record(self):
        self.world.faults.add(
            Fault('compute', 'evacuate', error=NOVA_AWAY, times=2)
        )
        self.evacuated(2)
        self.assertEqual(1, self.world.rows('h1')['vm1'].attempts)

    def test_an_answer_that_takes_longer_than_settling(self):
        self.world.nova.schedule_takes = 15.0
        self.world.faults.add(
            Fault('compute', 'evacuate', when=AFTER, delay=25.0, times=2)
        )
        self.evacuated(2)
        self.assertEqual(1, self.asked('vm1'))

    def test_a_record_nobody_touches_for_long_is_not_missed(self):
        """changes-since does not show a record never changed."""
        self.world.nova.schedule_takes = 40.0
        self.world.faults.add(
            Fault('compute', 'evacuate', when=AFTER, error=NOVA_AWAY, times=9)
        )
        self.given(8)
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATED, 300)

    def test_refused_for_a_while(self):
        busy = errors.ComputeRefused('quota of something', 403)
        self.world.faults.add(Fault('compute', 'evacuate', error=busy))
        self.evacuated(1)

    def test_refused_for_ever(self):
        busy = errors.ComputeRefused('no, never', 403)
        self.world.faults.add(
            Fault('compute', 'evacuate', error=busy, times=99)
        )
        self.lost_and_fenced(1)
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.assertEqual('no, never', self.world.rows('h1')['vm1'].message)

    def test_deleted_before_it_is_asked_for(self):
        self.world.nova.spawn_takes = 5.0
        self.lost_and_fenced(6)
        self.world.run(1)
        self.world.nova.delete(self.world.nova.servers['uuid-vm6'])
        self.world.until_state('h1', S.EVACUATED)
        row = self.world.rows('h1')['vm6']
        self.assertIs(EvacuationState.SKIPPED, row.state)
        self.assertEqual('it was deleted', row.message)

    def test_deleted_on_its_way(self):
        self.world.nova.spawn_takes = 5.0
        self.lost_and_fenced(1)
        self.world.run(2)
        self.world.nova.delete(self.world.nova.servers['uuid-vm1'])
        self.world.until_state('h1', S.EVACUATED, 300)
        self.assert_rows({'vm1': 'skipped'})

    def test_paused_on_its_way_is_skipped_when_refused(self):
        self.world.nova.spawn_takes = 5.0
        self.lost_and_fenced(5)
        self.world.run(1)
        self.world.nova.servers['uuid-vm5'].vm_state = 'paused'
        self.world.until_state('h1', S.EVACUATED)
        self.assert_rows(
            {f'vm{i}': 'succeeded' for i in range(1, 5)} | {'vm5': 'skipped'}
        )

    def test_an_operator_was_quicker(self):
        self.given(6)
        self.world.nova.spawn_takes = 5.0
        self.world.fence('h1')
        self.world.run(1)
        self.world.nova.operator_evacuates(self.world.nova.servers['uuid-vm6'])
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(0, self.asked('vm6'))

    def test_an_operator_has_evacuated_it_already(self):
        self.given(5)
        self.world.nova.spawn_takes = 8.0
        self.world.fence('h1')
        self.world.run(1)
        self.world.nova.spawn_takes = 0.5
        self.world.nova.operator_evacuates(self.world.nova.servers['uuid-vm5'])
        self.world.until_state('h1', S.EVACUATED)
        self.assert_rows({f'vm{i}': 'succeeded' for i in range(1, 6)})

    def test_the_owner_starts_it_as_soon_as_it_is_there(self):
        """vm_state differs, but it is well: told, not failed."""
        self.world.nova.spawn_takes = 1.0
        self.lost_and_fenced(1)
        server = self.world.nova.servers['uuid-vm1']
        self.world.until(lambda: server.host != 'h1')
        server.vm_state = 'stopped'
        self.world.until_state('h1', S.EVACUATED)
        row = self.world.rows('h1')['vm1']
        self.assertEqual('is stopped there, was active', row.message)

    def test_in_error_on_the_target(self):
        self.world.nova.spawn_takes = 1.0
        self.lost_and_fenced(1)
        server = self.world.nova.servers['uuid-vm1']
        self.world.until(lambda: server.host != 'h1')
        server.vm_state = 'error'
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.assertIn('in error', self.world.rows('h1')['vm1'].message)

    def test_server_cannot_be_looked_at_for_a_while(self):
        self.world.faults.add(
            Fault('compute', 'instance', error=NOVA_AWAY, times=5)
        )
        self.evacuated(2)

    def test_an_instance_that_turns_up_late(self):
        self.lost_and_fenced(1)
        self.world.until(lambda: self.world.nova.records)
        self.world.nova.boot('h1', name='late')
        self.world.hosts['h1'].guests.clear()
        self.world.until_state('h1', S.EVACUATED)
        self.assert_rows({'vm1': 'succeeded', 'late': 'succeeded'})


class TargetTest(WorldTest):
    SETTINGS = types.MappingProxyType({'timeout': 120.0})

    def spawning_on_h2(self):
        self.world.nova.spawn_takes = 20.0
        self.world.nova.full = {'h3'}
        self.lost_and_fenced(2)
        self.world.until(
            lambda: [r.target for r in self.world.nova.records] == ['h2', 'h2']
        )
        self.world.nova.full.clear()
        self.world.nova.spawn_takes = 0.5

    def test_the_target_dies_and_is_fenced(self):
        self.spawning_on_h2()
        self.world.lose('h2')
        self.world.run(30)
        self.assert_state(S.EVACUATING)
        self.assertEqual(1, self.asked('vm1'))
        self.world.fence('h2')
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(2, self.asked('vm1'))
        self.assertEqual('h3', self.world.nova.servers['uuid-vm1'].host)

    def test_the_target_dies_unfenced(self):
        self.spawning_on_h2()
        self.world.lose('h2')
        self.world.until_state('h1', S.EVACUATION_FAILED, 300)
        self.assertIn('not over after', self.world.rows('h1')['vm1'].message)
        self.assertEqual(1, self.asked('vm1'))
        # Its record is still open: a retry follows it, asks nothing.
        self.world.run(5)
        uuid = self.world.recovery('h1').uuid
        self.world.daemon.engine.operator.retry(uuid, 'me')
        self.world.run(30)
        self.assert_state(S.EVACUATING)
        self.assertEqual(1, self.asked('vm1'))
        self.world.fence('h2')
        self.world.until_state('h1', S.EVACUATED, 300)

    def test_the_target_stays_away_until_what_went_there_has_ended(self):
        """Nova's requests wait for it, to be taken at its next start."""
        self.spawning_on_h2()
        self.world.nova.full = {'h2', 'h3'}
        self.world.lose('h2')
        self.world.fence('h2')
        self.world.until(lambda: self.asked('vm1') == 2)
        self.assert_state(S.EVACUATING, 'h2')
        self.assertIn('vm1 from h1', self.world.recovery('h2').message)
        self.world.power_on('h2')
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.world.until_state('h2', S.EVACUATED)
        self.assertIn('off_lost', self.world.history('h2'))
        self.world.power_on('h2')
        self.world.until_state('h2', S.COMPLETED)
        # The old record stays pre-migrating for ever all the same.
        self.world.nova.full.clear()
        # h2 takes instances again, so they are tried again unasked.
        self.world.until_state('h1', S.EVACUATED)

    def test_the_target_is_fenced_while_we_are_away(self):
        self.spawning_on_h2()
        self.world.crash()
        self.world.start('c2')
        self.world.lose('h2')
        self.world.fence('h2', owner='c2')
        self.world.until_state('h2', S.EVACUATED)
        self.assert_state(S.EVACUATED)
        self.assertEqual(2, self.asked('vm1'))

    def test_a_target_fenced_and_taken_back_by_hand_before_we_asked(self):
        """It is fenced still, by the book, but its records are no dead."""
        self.given(1)
        self.world.lose('h2')
        self.world.fence('h2')
        self.world.until_state('h2', S.EVACUATED)
        self.world.run(120)
        self.world.hosts['h2'].switch_on()
        self.world.hosts['h2'].runs += 1
        self.world.hosts['h2'].computing = True
        self.world.nova.full = {'h3'}
        service = self.world.nova.services['h2']
        service.disabled = service.forced_down = False
        service.last_seen = self.world.timeline.now()
        self.world.nova.spawn_takes = 8.0
        self.world.lose('h1')
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(1, self.asked('vm1'))

    def test_a_late_end_after_giving_up_counts_at_the_retry(self):
        self.world.nova.spawn_takes = 150.0
        self.lost_and_fenced(1)
        self.world.until_state('h1', S.EVACUATION_FAILED, 300)
        self.world.run(60)
        uuid = self.world.recovery('h1').uuid
        self.world.daemon.engine.operator.retry(uuid, 'me')
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(1, self.asked('vm1'))


class ThousandTest(WorldTest):
    """One host's many instances delay nothing of another host."""

    HOSTS = 4
    SETTINGS = types.MappingProxyType({'window': 50})

    def test_a_thousand_instances(self):
        self.given(1000)
        self.world.fence('h1')
        self.world.run(2)
        self.assert_state(S.EVACUATING)
        asked = self.world.timeline.monotonic()
        self.world.fence('h2')
        started = self.world.ledger.acts_of('power_off', 'h2')
        self.assertEqual([asked], started)
        self.world.until_state('h1', S.EVACUATED, 300)
        self.assertEqual(
            {'succeeded'},
            {r.state.value for r in self.world.rows('h1').values()},
        )
