# SPDX-License-Identifier: Apache-2.0
"""The tables of transitions against a second, independent telling of them.

Whoever changes a table changes it here too, and reads it doing so.
"""

import itertools
import unittest

from nova_ha.recovery import errors
from nova_ha.recovery import lifecycle
from nova_ha.recovery import states
from nova_ha.recovery.states import EvacuationEvent
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import Event
from nova_ha.recovery.states import RecoveryState

RECOVERY = """
requested
    started             fencing
    fence_requested     fencing
    found_evacuated     evacuated
    cancel_requested    cancelled
fencing
    fence_requested     fencing
    off_verified        forcing_down
    fencing_failed      fence_failed
fence_failed
    fence_requested     fencing
    retry_requested     fencing
    off_verified        forcing_down
    cancel_requested    cancelled
forcing_down
    fence_requested     forcing_down
    off_lost            fencing
    forced_down         evacuating
    guard_held          held
    cancel_requested    cancelled
held
    fence_requested     held
    off_lost            fencing
    released            evacuating
    cancel_requested    cancelled
evacuating
    fence_requested     evacuating
    off_lost            fencing
    guard_held          held
    all_accounted_for   evacuated
    some_left_behind    evacuation_failed
evacuation_failed
    fence_requested     evacuation_failed
    off_lost            fencing
    retry_requested     evacuating
    wait_over           evacuating
    host_returned       returning
    cancel_requested    cancelled
evacuated
    fence_requested     evacuated
    off_lost            fencing
    wait_over           evacuating
    host_returned       returning
    cancel_requested    cancelled
returning
    fence_requested     fencing
    host_serving        completed
    cancel_requested    cancelled
completed
cancelled
"""

EVACUATION = """
pending
    asked               requested
    record_seen         migrating
    confirmed           succeeded
    skip                skipped
    gave_up             failed
requested
    record_seen         migrating
    never_accepted      pending
    confirmed           succeeded
    restore_begun       restoring
    skip                skipped
    gave_up             failed
migrating
    confirmed           succeeded
    restore_begun       restoring
    attempt_failed      pending
    skip                skipped
    gave_up             failed
restoring
    restored            succeeded
    restore_failed      failed
    skip                skipped
failed
    retry               pending
skipped
    retry               pending
succeeded
    retry               pending
"""


def parse(text, state_of, event_of):
    """Return {state: {event: next state}} of a text as above."""
    table = {}
    state = None
    for line in text.strip().splitlines():
        words = line.split()
        if line[0] != ' ':
            state = table[state_of(words[0])] = {}
        else:
            state[event_of(words[0])] = state_of(words[1])
    return table


class RecoveryTableTest(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.table = parse(RECOVERY, RecoveryState, Event)

    def test_every_state_is_told(self):
        self.assertEqual(set(RecoveryState), set(self.table))

    def test_every_event_in_every_state(self):
        for state, event in itertools.product(RecoveryState, Event):
            with self.subTest(state=state.value, event=event.value):
                expected = self.table[state].get(event)
                allowed = lifecycle.allows(state, event)
                self.assertEqual(expected is not None, allowed)
                if expected is None:
                    with self.assertRaises(errors.IllegalTransition) as e:
                        lifecycle.advance(state, event)
                    self.assertEqual(
                        f'{event.value} cannot happen in state {state.value}, '
                        f'only in {self.possible(event)}',
                        str(e.exception),
                    )
                else:
                    self.assertIs(expected, lifecycle.advance(state, event))

    def possible(self, event):
        return ', '.join(
            state.value
            for state, exits in self.table.items()
            if event in exits
        )

    def test_every_event_happens_somewhere(self):
        used = {event for exits in self.table.values() for event in exits}
        self.assertEqual(set(Event), used)

    def test_only_final_states_have_no_way_out(self):
        for state, exits in self.table.items():
            onward = {s for s in exits.values() if s is not state}
            self.assertEqual(state in states.FINAL, not onward, state)

    def test_every_state_is_reached(self):
        self.assertEqual(
            set(RecoveryState),
            closure(self.table, RecoveryState.REQUESTED),
        )

    def test_every_state_has_a_way_to_the_end(self):
        for state in RecoveryState:
            reached = closure(self.table, state)
            self.assertTrue(reached & states.FINAL, state)

    def test_a_person_can_end_whatever_waits(self):
        for state in states.RESTING:
            self.assertIn(Event.CANCEL_REQUESTED, self.table[state])

    def test_acting_resting_and_final_are_all_states_once(self):
        parts = (states.ACTING, states.RESTING, states.FINAL)
        self.assertEqual(len(RecoveryState), sum(map(len, parts)))
        self.assertEqual(set(RecoveryState), set().union(*parts))

    def test_acting_states_are_gerunds(self):
        for state in RecoveryState:
            self.assertEqual(
                state in states.ACTING, state.value.split('_')[0][-3:] == 'ing'
            )

    def test_off_is_verified_before_what_needs_it(self):
        """Walk every path, remembering whether off was verified since the
        last time the host may have run.
        """
        seen = set()
        todo = [(RecoveryState.REQUESTED, False)]
        while todo:
            state, off = todo.pop()
            if (state, off) in seen:
                continue
            seen.add((state, off))
            for event, following in self.table[state].items():
                todo.append((following, verified(off, event, following)))
        for state, off in seen:
            with self.subTest(state=state.value):
                self.assertTrue(off or state not in states.NEEDS_OFF)

    def test_people_are_called_for_what_rests(self):
        self.assertLess(states.NEEDS_SOMEBODY, states.RESTING)

    def test_needs_off_is_within_known_off(self):
        self.assertLess(states.NEEDS_OFF, states.KNOWN_OFF)
        self.assertFalse(states.KNOWN_OFF & states.FINAL)


def verified(off, event, following):
    """Whether off is verified after the event."""
    brings_proof = (Event.RETRY_REQUESTED, Event.WAIT_OVER)
    if event is Event.OFF_VERIFIED or event in brings_proof:
        # What resumes evacuations brings a new proof with it.
        return following is not RecoveryState.FENCING
    if event in (Event.OFF_LOST, Event.HOST_RETURNED):
        return False
    return off and following is not RecoveryState.FENCING


class EvacuationTableTest(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.table = parse(EVACUATION, EvacuationState, EvacuationEvent)

    def test_every_state_is_told(self):
        self.assertEqual(set(EvacuationState), set(self.table))

    def test_every_event_in_every_state(self):
        for state, event in itertools.product(
            EvacuationState, EvacuationEvent
        ):
            with self.subTest(state=state.value, event=event.value):
                expected = self.table[state].get(event)
                if expected is None:
                    self.assertRaises(
                        errors.IllegalTransition,
                        lifecycle.advance_evacuation,
                        state,
                        event,
                    )
                else:
                    self.assertIs(
                        expected, lifecycle.advance_evacuation(state, event)
                    )

    def test_every_event_happens_somewhere(self):
        used = {event for exits in self.table.values() for event in exits}
        self.assertEqual(set(EvacuationEvent), used)

    def test_nothing_but_a_retry_leaves_what_has_ended(self):
        for state in states.EVACUATION_ENDED:
            self.assertEqual(
                {EvacuationEvent.RETRY: EvacuationState.PENDING},
                self.table[state],
            )

    def test_every_open_state_can_end_in_each_way(self):
        for state in set(EvacuationState) - states.EVACUATION_ENDED:
            self.assertLessEqual(
                states.EVACUATION_ENDED, set(self.table[state].values())
            )

    def test_only_pending_is_neither_open_nor_ended(self):
        self.assertEqual(
            {EvacuationState.PENDING},
            set(EvacuationState)
            - states.EVACUATION_OPEN
            - states.EVACUATION_ENDED,
        )
        self.assertFalse(states.EVACUATION_OPEN & states.EVACUATION_ENDED)

    def test_asking_happens_in_pending_only(self):
        """Promise 2: what is under way is never asked for again."""
        asks = {
            state
            for state, exits in self.table.items()
            if EvacuationEvent.ASKED in exits
        }
        self.assertEqual({EvacuationState.PENDING}, asks)


def closure(table, start):
    """Return every state that can be reached."""
    reached = set()
    todo = [start]
    while todo:
        state = todo.pop()
        if state not in reached:
            reached.add(state)
            todo += table[state].values()
    return reached
