# SPDX-License-Identifier: Apache-2.0
"""Instances without room: parked, and placed when room appears."""

import types

from nova_ha.recovery import errors
from nova_ha.recovery import parking
from nova_ha.recovery.guards import GuardLimits
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.wire import Fault
from tests.unit.engine.base import ClusterTest
from tests.unit.engine.base import WorldTest


class Parking:
    """What the tests with and without Pacemaker share."""

    def disable_all(self):
        for host in ('h2', 'h3'):
            self.world.nova.operator_disables(host, 'no more here')

    def parked(self, instances=2, **states):
        """h1 has died and nobody takes its instances."""
        self.disable_all()
        self.lost_and_fenced(instances, **states)
        return self.world.until_state('h1', S.EVACUATION_FAILED)

    def assert_parked(self, *names):
        rows = self.world.rows('h1')
        for name in names:
            self.assertIs(EvacuationState.FAILED, rows[name].state)
            self.assertTrue(
                rows[name].message.startswith(parking.PARKED), rows[name]
            )

    def retries(self):
        """Return the messages of the retries."""
        uuid = self.world.recovery('h1').uuid
        return [
            e.message
            for e in self.world.storage.store.events(uuid)
            if e.name == 'retry_requested'
        ]


class ParkingTest(Parking, WorldTest):
    SETTINGS = types.MappingProxyType({'timeout': 120.0})

    def test_parked_with_novas_words_and_an_alarm(self):
        self.parked()
        self.assert_parked('vm1', 'vm2')
        self.assertIn('No valid host', self.world.rows('h1')['vm1'].message)
        self.assert_alarmed('2 failed')

    def test_a_host_is_enabled(self):
        self.parked(3)
        self.world.run(60)
        self.assert_state(S.EVACUATION_FAILED)
        self.assertEqual(3, self.asked('vm1'))
        self.world.nova.operator_enables('h2')
        self.world.until_state('h1', S.EVACUATED, 20)
        self.assertEqual(
            ['there may be room: h2 takes instances'], self.retries()
        )
        self.assert_rows(dict.fromkeys(('vm1', 'vm2', 'vm3'), 'succeeded'))

    def test_a_host_is_enabled_while_the_last_are_being_tried(self):
        """Between the first that found no room and the end of the last."""
        self.disable_all()
        self.lost_and_fenced(2)
        self.world.until(lambda: self.asked('vm2') == 3)
        self.world.run(0.3)
        self.world.nova.operator_enables('h2')
        self.world.until_state('h1', S.EVACUATED, 30)

    def test_placement_hears_of_a_host_later_than_the_list_shows_it(self):
        self.parked(2)
        self.world.nova.full = {'h2'}
        self.world.nova.operator_enables('h2')
        self.world.until(self.retries)
        self.world.until_state('h1', S.EVACUATION_FAILED, 10)
        self.world.nova.full.clear()
        self.world.until_state('h1', S.EVACUATED, 20)
        self.assertEqual(
            ['there may be room: h2 takes instances'] * 2, self.retries()
        )

    def test_a_host_without_room_is_tried_twice_and_no_more(self):
        self.parked(2)
        self.world.nova.full = {'h2'}
        self.world.nova.operator_enables('h2')
        self.world.run(200)
        self.assert_state(S.EVACUATION_FAILED)
        self.assertEqual(2, len(self.retries()))
        self.assertEqual(5, self.asked('vm1'))

    def test_a_host_that_goes_and_comes_is_news_each_time(self):
        self.parked(1)
        self.world.nova.full = {'h2'}
        for times in (1, 2):
            self.world.nova.operator_enables('h2')
            self.world.run(30)
            self.assertEqual(2 * times, len(self.retries()))
            self.world.nova.operator_disables('h2', 'no more here')
            self.world.run(30)

    def test_another_host_returns(self):
        self.given(2)
        self.world.nova.operator_disables('h3', 'no more here')
        self.world.lose('h2')
        self.world.fence('h2')
        self.world.until_state('h2', S.EVACUATED)
        self.world.lose('h1')
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.world.power_on('h2')
        self.world.until_state('h2', S.COMPLETED)
        self.world.until_state('h1', S.EVACUATED, 20)

    def test_the_first_in_order_gets_what_room_there_is(self):
        self.parked(6)
        self.world.nova.room = {'h2': 2}
        self.world.nova.operator_enables('h2')
        self.world.until(self.retries)
        self.world.until_state('h1', S.EVACUATION_FAILED, 60)
        self.world.run(20)
        self.assert_rows(
            {'vm1': 'succeeded', 'vm2': 'succeeded'}
            | dict.fromkeys((f'vm{n}' for n in range(3, 7)), 'failed')
        )
        self.assert_parked('vm3', 'vm6')

    def test_a_raised_quota_is_found_without_any_sign(self):
        """And once one has found room, all are tried at once."""
        self.world.nova.full = {'h2', 'h3'}
        self.lost_and_fenced(12)
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.world.nova.full.clear()
        self.world.run(280)
        self.assert_state(S.EVACUATION_FAILED)
        self.world.until_state('h1', S.EVACUATED, 60)
        first, second = self.retries()
        self.assertTrue(first.startswith(parking.BLIND), first)
        self.assertIn('has found some since', second)

    def test_without_any_sign_few_are_tried_and_others_next_time(self):
        self.world.nova.full = {'h2', 'h3'}
        self.lost_and_fenced(8)
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.world.run(330)
        self.assert_state(S.EVACUATION_FAILED)
        asked = [self.asked(f'vm{n}') for n in range(1, 9)]
        self.assertEqual([3, 4], sorted(set(asked)))
        self.assertEqual(4, asked.count(4))
        self.world.run(320)
        self.assertEqual({4}, {self.asked(f'vm{n}') for n in range(1, 9)})
        self.assert_alarmed('8 failed')

    def test_never_without_any_sign_where_that_is_not_wanted(self):
        self.world.settings = self.world.settings.__class__(
            owner='c1', parked_interval=0.0
        )
        self.world.nova.full = {'h2', 'h3'}
        self.lost_and_fenced(1)
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.world.run(400)
        self.assertEqual([], self.retries())

    def test_what_failed_for_another_reason_stays_for_the_operator(self):
        self.world.nova.failing = {'h2'}
        self.world.nova.full = {'h3'}
        self.lost_and_fenced(1)
        self.world.until(lambda: self.asked('vm1') == 3)
        self.world.nova.boot('h1', name='late')
        self.world.hosts['h1'].guests.clear()
        self.world.run(0.3)
        self.disable_all()
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.assert_parked('late')
        self.world.nova.failing.clear()
        self.world.nova.full.clear()
        self.world.nova.operator_enables('h2')
        self.world.until(
            lambda: self.world.nova.servers['uuid-late'].host == 'h2'
        )
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.world.run(700)
        self.assertEqual(3, self.asked('vm1'))
        self.assertIn('spawn failed', self.world.rows('h1')['vm1'].message)
        uuid = self.world.recovery('h1').uuid
        self.world.daemon.engine.operator.retry(uuid, 'me')
        self.world.until_state('h1', S.EVACUATED)

    def test_a_host_that_returns_has_its_instances_go_on_at_home(self):
        self.parked(2)
        self.world.power_on('h1')
        self.world.nova.operator_enables('h2')
        self.world.until_state('h1', S.COMPLETED, 200)
        self.assertEqual([], self.retries())
        self.assertEqual(3, self.asked('vm1'))
        self.assertEqual('h1', self.world.nova.servers['uuid-vm1'].host)

    def test_not_while_the_power_is_not_known(self):
        self.parked(1)
        self.world.hosts['h1'].bmc = 'auth'
        self.world.nova.operator_enables('h2')
        self.world.run(60)
        self.assert_state(S.EVACUATION_FAILED)
        self.world.hosts['h1'].bmc = 'ok'
        self.world.until_state('h1', S.EVACUATED, 60)

    def test_after_a_restart_all_are_tried_once(self):
        """What has come while nobody looked is not known."""
        self.parked(2)
        self.world.run(1)
        self.world.crash()
        self.world.nova.operator_enables('h3')
        self.world.start()
        self.world.until_state('h1', S.EVACUATED, 30)

    def test_killed_in_the_middle_of_a_retry(self):
        self.world.nova.full = {'h2', 'h3'}
        self.world.nova.spawn_takes = 3.0
        self.lost_and_fenced(8)
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.world.nova.full.clear()
        self.world.until(self.retries, 400)
        self.world.run(1.0)
        self.world.restart()
        self.world.until_state('h1', S.EVACUATED, 200)

    def test_nova_does_not_tell_who_takes_instances(self):
        fault = self.world.faults.add(
            Fault(
                'compute',
                'services',
                error=errors.ComputeUnavailable('no answer'),
                times=10**6,
            )
        )
        self.parked(1)
        self.world.run(60)
        self.assert_state(S.EVACUATION_FAILED)
        self.world.nova.operator_enables('h2')
        self.world.back(fault)
        self.world.until_state('h1', S.EVACUATED, 30)

    def test_the_parked_hold_nobody_else_up(self):
        self.parked(6)
        self.world.nova.operator_enables('h3')
        self.world.nova.full = {'h3'}
        self.world.nova.boot('h2')
        self.world.run(30)
        before = self.world.timeline.monotonic()
        self.world.nova.full = set()
        self.world.nova.spawn_takes = 0.5
        self.world.lose('h2')
        self.world.fence('h2')
        self.world.until_state('h2', S.EVACUATED, 30)
        self.assertLess(self.world.timeline.monotonic() - before, 10)

    def test_a_guard_holds_it_back(self):
        self.world.settings = self.world.settings.__class__(
            owner='c1', guards=GuardLimits(hosts_at_a_time=1)
        )
        self.parked(1)
        self.world.nova.boot('h2')
        self.world.nova.spawn_takes = 40.0
        self.world.nova.operator_enables('h3')
        self.world.nova.full = {'h3'}
        self.world.run(1)
        self.world.nova.full.clear()
        self.world.lose('h2')
        self.world.fence('h2')
        self.world.until_state('h2', S.EVACUATING, 10)
        self.world.run(20)
        self.assert_state(S.EVACUATION_FAILED)
        self.world.until_state('h2', S.EVACUATED)
        self.world.nova.spawn_takes = 0.5
        self.world.until_state('h1', S.EVACUATED, 60)


class ClusterParkingTest(Parking, ClusterTest):
    def test_a_host_is_enabled(self):
        self.disable_all()
        self.lost(2)
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.world.run(30)
        self.world.nova.operator_enables('h2')
        self.world.until_state('h1', S.EVACUATED, 30)

    def test_the_host_comes_back_at_the_same_time(self):
        self.disable_all()
        self.lost(2)
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.world.power_on('h1')
        self.world.nova.operator_enables('h2')
        self.world.until_state('h1', S.COMPLETED, 400)
