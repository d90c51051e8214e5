# SPDX-License-Identifier: Apache-2.0
"""eligibility, ordering and following: the rules about instances."""

import datetime
import unittest

from nova_ha.recovery import eligibility
from nova_ha.recovery import following
from nova_ha.recovery import ordering
from nova_ha.recovery.states import EvacuationState as State
from tests.unit.recovery import data


class EligibilityTest(unittest.TestCase):
    def test_every_vm_state(self):
        for vm_state, words in {
            'active': None,
            'stopped': None,
            'error': None,
            'paused': 'paused',
            'suspended': 'suspended',
            'rescued': 'rescued',
            'resized': 'resize',
            'shelved': 'shelved',
            'shelved_offloaded': 'on no host',
            'building': 'being built',
            'soft-delete': 'reclaimed',
            'deleted': 'deleted',
            'something-new': 'vm_state something-new',
            eligibility.UNKNOWN: 'vm_state unknown',
        }.items():
            with self.subTest(vm_state):
                found = eligibility.obstacle(data.instance(vm_state=vm_state))
                if words is None:
                    self.assertIsNone(found)
                else:
                    self.assertIn(words, found)

    def test_a_task_that_was_interrupted_is_no_obstacle(self):
        for task in ('powering-off', 'image_snapshot_pending', 'rebuilding'):
            self.assertIsNone(
                eligibility.obstacle(data.instance(task_state=task))
            )

    def test_what_is_being_deleted(self):
        found = eligibility.obstacle(data.instance(task_state='deleting'))
        self.assertEqual('it is being deleted', found)

    def test_the_state_it_ends_in(self):
        for before, after in (
            ('active', 'active'),
            ('stopped', 'stopped'),
            ('error', 'active'),
        ):
            self.assertEqual(after, eligibility.expected_vm_state(before))


class OrderingTest(unittest.TestCase):
    def rows(self, *rows):
        return [
            data.evacuation(instance=f'i{number}', **row)
            for number, row in enumerate(rows)
        ]

    def batch(self, rows, under_way=0, window=4):
        found = ordering.next_batch(rows, under_way, window, data.NOW)
        return [row.instance for row in found]

    def test_as_many_as_fit(self):
        rows = self.rows(*[{}] * 6)
        for under_way, expected in ((0, 4), (3, 1), (4, 0), (9, 0)):
            self.assertEqual(expected, len(self.batch(rows, under_way)))

    def test_only_what_is_pending_and_due(self):
        rows = self.rows(
            {'state': State.REQUESTED},
            {'state': State.MIGRATING},
            {'state': State.SUCCEEDED},
            {'not_before': data.at(1)},
            {'not_before': data.at(0)},
            {},
        )
        self.assertEqual(['i4', 'i5'], self.batch(rows))

    def test_the_never_tried_first_then_the_old_order(self):
        rows = self.rows({'attempts': 2}, {'attempts': 1}, {}, {})
        self.assertEqual(['i2', 'i3', 'i1', 'i0'], self.batch(rows))

    def test_when_the_first_back_off_ends(self):
        rows = self.rows(
            {'not_before': data.at(9)},
            {'not_before': data.at(5)},
            {'not_before': data.at(1), 'state': State.FAILED},
            {},
        )
        self.assertEqual(data.at(5), ordering.wait_until(rows))
        self.assertIsNone(ordering.wait_until(rows[2:]))


class FollowingTest(unittest.TestCase):
    def test_the_record_of_the_attempt(self):
        records = [data.migration(number=n) for n in (3, 7, 9)]
        for last, expected in ((0, 9), (7, 9), (8, 9)):
            row = data.evacuation(last_migration=last)
            found = following.record_of_attempt(row, records)
            self.assertEqual(expected, found.id)
        row = data.evacuation(last_migration=9)
        self.assertIsNone(following.record_of_attempt(row, records))
        self.assertIsNone(following.record_of_attempt(row, []))

    def test_one_that_is_not_over_tells_more_than_a_newer_one(self):
        records = [
            data.migration('accepted', 3),
            data.migration('error', 7),
        ]
        for last, expected in ((0, 3), (3, 7)):
            row = data.evacuation(last_migration=last)
            found = following.record_of_attempt(row, records)
            self.assertEqual(expected, found.id)

    def test_waited(self):
        row = data.evacuation(asked_at=data.NOW)
        self.assertFalse(following.waited(row, 10, data.at(9.9)))
        self.assertTrue(following.waited(row, 10, data.at(10)))
        self.assertFalse(following.waited(data.evacuation(), 10, data.at(999)))

    def test_what_fills_the_window(self):
        for state in State:
            for status in (None, 'accepted', 'done', 'error'):
                with self.subTest(state=state.value, status=status):
                    record = status and data.migration(status)
                    expected = state in (
                        State.REQUESTED,
                        State.MIGRATING,
                    ) and status in (None, 'accepted')
                    row = data.evacuation(state=state)
                    self.assertEqual(
                        expected, following.occupies_window(row, record)
                    )

    def test_the_target_is_lost(self):
        record = data.migration('pre-migrating', target='h2')
        self.assertTrue(following.lost_target(record, {'h2'}))
        self.assertFalse(following.lost_target(record, {'h3'}))
        nowhere = data.migration('accepted', target=None)
        self.assertFalse(following.lost_target(nowhere, {'h2'}))

    def test_fenced_before_and_after_it_was_asked(self):
        fenced = {
            'h2': following.Fence(data.at(0), lasting=True),
            'h3': following.Fence(data.at(100), lasting=True),
            'past': following.Fence(data.at(0), lasting=False),
        }
        for asked, expected in (
            (None, {'h2', 'h3'}),
            (data.at(0), {'h2', 'h3', 'past'}),
            (data.at(1), {'h2', 'h3'}),
            (data.at(0) + following.SKEW, {'h2', 'h3'}),
            (data.at(50), {'h3'}),
            (data.at(100) + 2 * following.SKEW, set()),
        ):
            row = data.evacuation(asked_at=asked)
            self.assertEqual(expected, following.fenced_since(row, fenced))

    def test_arrived(self):
        for expected, changed, server in (
            (True, True, {}),
            (False, False, {'host': 'h1'}),
            (False, False, {'host': None}),
            (False, False, {'task_state': 'rebuild_spawning'}),
            (False, True, {'vm_state': 'stopped'}),
            (False, False, {'vm_state': 'error'}),
            (False, False, {'vm_state': 'building'}),
        ):
            with self.subTest(server):
                row, there = data.evacuation(), data.instance(**server)
                self.assertEqual(expected, following.arrived(row, there))
                self.assertEqual(
                    changed, following.arrived_changed(row, there)
                )

    def test_needs_stop(self):
        stopped = data.evacuation(vm_state='stopped')
        self.assertTrue(following.needs_stop(stopped, data.instance()))
        for row, server in (
            (data.evacuation(), {}),
            (stopped, {'vm_state': 'stopped'}),
            (stopped, {'host': 'h1'}),
            (stopped, {'task_state': 'powering-off'}),
        ):
            there = data.instance(**server)
            self.assertFalse(following.needs_stop(row, there))

    def test_over_is_well_or_badly(self):
        self.assertFalse(following.OVER_WELL & following.OVER_BADLY)

    def test_skew_is_a_length_of_time(self):
        self.assertGreater(following.SKEW, datetime.timedelta(0))
