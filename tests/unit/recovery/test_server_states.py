# SPDX-License-Identifier: Apache-2.0
"""The tables of server states: what is done, and how each ends."""

import unittest

from nova_ha.recovery import eligibility
from nova_ha.recovery import following
from nova_ha.recovery import server_states
from nova_ha.recovery.server_states import Treatment
from nova_ha.recovery.states import EvacuationEvent
from nova_ha.recovery.states import TargetState
from tests.unit.recovery import data

#: vm_state, obstacle without and with reset_state, the state it ends in.
TABLE = (
    ('active', False, False, 'active'),
    ('stopped', False, False, 'stopped'),
    ('error', False, False, 'active'),
    ('paused', True, False, 'paused'),
    ('suspended', True, False, 'stopped'),
    ('rescued', True, False, 'stopped'),
    ('resized', True, False, 'active'),
    ('shelved', True, False, 'stopped'),
    ('shelved_offloaded', True, True, None),
    ('building', True, True, None),
    ('soft-delete', True, True, None),
    ('deleted', True, True, None),
    ('unknown', True, True, None),
    ('of-a-later-nova', True, True, None),
)


class ServerStatesTest(unittest.TestCase):
    def test_the_table(self):
        for vm_state, without, with_reset, ends in TABLE:
            with self.subTest(vm_state):
                server = data.instance(vm_state=vm_state)
                found = eligibility.obstacle(server)
                self.assertEqual(without, bool(found))
                found = eligibility.obstacle(server, reset_state=True)
                self.assertEqual(with_reset, bool(found))
                if ends is not None:
                    found = eligibility.expected_vm_state(vm_state)
                    self.assertEqual(ends, found)

    def test_it_is_complete(self):
        named = {vm_state for vm_state, *_ in TABLE}
        self.assertLessEqual(set(server_states.VM_STATES), named)

    def test_whatever_is_not_evacuated_says_why(self):
        tables = (server_states.VM_STATES, server_states.TASK_STATES)
        for row in (row for table in tables for row in table.values()):
            evacuates = row.treatment is Treatment.EVACUATE
            self.assertEqual(evacuates, not row.because, row)

    def test_what_changes_on_the_way_is_remarked(self):
        for vm_state, row in server_states.VM_STATES.items():
            if row.treatment is Treatment.RESET:
                found = eligibility.remark(data.evacuation(vm_state=vm_state))
                self.assertTrue(found, vm_state)

    def test_the_policy_that_would_help_is_named(self):
        found = eligibility.obstacle(data.instance(vm_state='paused'))
        self.assertIn('reset_state', found)

    def test_tasks(self):
        skip, fail = EvacuationEvent.SKIP, EvacuationEvent.GAVE_UP
        for task, vm_state, word, event in (
            ('deleting', 'active', 'deleted', skip),
            ('soft-deleting', 'active', 'deleted', skip),
            ('migrating', 'active', 'migrated live', fail),
            ('migrating', 'paused', 'migrated live', fail),
            ('migrating', 'building', 'built', skip),
            ('deleting', 'unknown', 'deleted', skip),
        ):
            with self.subTest(task=task, vm_state=vm_state):
                server = data.instance(vm_state=vm_state, task_state=task)
                found = eligibility.obstacle(server, reset_state=True)
                self.assertIn(word, found)
                self.assertIs(event, eligibility.event_of(server))

    def test_every_other_task_was_cut_short(self):
        for task in (
            'rebuilding',
            'powering-off',
            'resize_prep',
            'resize_migrating',
            'resize_migrated',
            'resize_finish',
            'image_snapshot',
            'pausing',
            'rescuing',
            'rebooting',
            'of-a-later-nova',
        ):
            server = data.instance(task_state=task)
            self.assertIsNone(eligibility.obstacle(server), task)

    def test_a_cell_that_does_not_answer_is_left_behind_loudly(self):
        server = data.instance(vm_state='unknown')
        self.assertIs(EvacuationEvent.GAVE_UP, eligibility.event_of(server))

    def test_left_stopped_on_request(self):
        for vm_state, asked in (
            ('active', True),
            ('stopped', False),
            ('error', True),
            ('paused', True),
        ):
            row = data.evacuation(
                vm_state=vm_state, target_state=TargetState.STOPPED
            )
            self.assertEqual('stopped', eligibility.expected(row))
            self.assertEqual(asked, eligibility.asked_to_stop(row))
            self.assertEqual(asked, bool(eligibility.remark(row)))
            self.assertTrue(following.needs_stop(row, data.instance()))
            self.assertFalse(following.needs_pause(row, data.instance()))
        self.assertTrue(
            eligibility.asked_to_stop(data.evacuation(vm_state='suspended'))
        )

    def test_who_is_paused_again(self):
        paused = data.evacuation(vm_state='paused')
        self.assertTrue(following.needs_pause(paused, data.instance()))
        for row, server in (
            (data.evacuation(), {}),
            (paused, {'vm_state': 'paused'}),
            (paused, {'host': 'h1'}),
            (paused, {'task_state': 'pausing'}),
        ):
            there = data.instance(**server)
            self.assertFalse(following.needs_pause(row, there))

    def test_who_is_to_be_reset(self):
        for allowed, vm_state, task, expected in (
            (True, 'paused', None, True),
            (True, 'resized', 'resize_reverting', True),
            (True, 'active', None, False),
            (True, 'error', None, False),
            (True, 'building', None, False),
            (True, 'paused', 'migrating', False),
            (False, 'paused', None, False),
        ):
            row = data.evacuation(vm_state='paused', reset_state=allowed)
            server = data.instance(vm_state=vm_state, task_state=task)
            found = eligibility.is_to_be_reset(row, server)
            self.assertEqual(expected, found, vm_state)

    def test_what_it_was_before_we_tried(self):
        for was, attempts, host, is_now, expected in (
            ('stopped', 1, 'h1', 'error', 'stopped'),
            ('paused', 1, 'h1', 'error', 'paused'),
            ('paused', 1, 'h1', 'active', 'paused'),
            # Never tried: its owner has done it.
            ('paused', 0, 'h1', 'active', 'active'),
            ('active', 1, 'h1', 'stopped', 'stopped'),
            ('paused', 1, 'h1', 'stopped', 'stopped'),
            ('stopped', 1, 'h1', 'active', 'active'),
        ):
            row = data.evacuation(vm_state=was, attempts=attempts)
            server = data.instance(host=host, vm_state=is_now)
            found = eligibility.former_vm_state(row, server)
            self.assertEqual(expected, found, (was, is_now))

    def test_what_is_said_beforehand_and_of_one_left_behind(self):
        row = data.evacuation(vm_state='paused', reset_state=True)
        self.assertIn('it was paused', eligibility.beforehand(row))
        self.assertIn('it was paused', eligibility.left_behind(row))
        for other in (
            data.evacuation(vm_state='paused'),
            data.evacuation(reset_state=True),
        ):
            self.assertEqual('', eligibility.beforehand(other))
            self.assertEqual('', eligibility.left_behind(other))
