# SPDX-License-Identifier: Apache-2.0
"""Each promise's predicate, with both outcomes."""

import itertools
import unittest

from nova_ha.recovery import errors
from nova_ha.recovery import safety
from nova_ha.recovery import states
from nova_ha.recovery.model import ServiceBefore
from nova_ha.recovery.model import ServiceMark
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import MigrationStatus
from nova_ha.recovery.states import RecoveryState as S
from tests.unit.recovery import data

UNDER_WAY = ('accepted', 'pre-migrating', 'something-new')
OVER = ('done', 'completed', 'failed', 'error')


class OffProofTest(unittest.TestCase):
    """Promise 1."""

    def test_of_this_incident(self):
        proof = data.proof()
        recovery = data.recovery(off_proof=proof)
        self.assertTrue(safety.proves(proof, recovery))
        self.assertIs(proof, safety.require_off_proof(recovery))

    def test_at_the_very_moment(self):
        self.assertTrue(safety.proves(data.proof(seconds=0), data.recovery()))

    def test_no_proof_at_all(self):
        self.assertFalse(safety.proves(None, data.recovery()))
        with self.assertRaisesRegex(errors.UnsafeRequest, 'h1'):
            safety.require_off_proof(data.recovery())

    def test_of_an_earlier_incident(self):
        recovery = data.recovery(off_proof=data.proof(seconds=-1))
        with self.assertRaises(errors.UnsafeRequest):
            safety.require_off_proof(recovery)

    def test_of_another_host(self):
        recovery = data.recovery(off_proof=data.proof('h2'))
        with self.assertRaises(errors.UnsafeRequest):
            safety.require_off_proof(recovery)


class OneEvacuationTest(unittest.TestCase):
    """Promise 2."""

    def test_every_state_and_record(self):
        for state, status in itertools.product(
            EvacuationState, UNDER_WAY + OVER
        ):
            with self.subTest(state=state.value, status=status):
                expected = state is EvacuationState.PENDING and status in OVER
                self.assertEqual(
                    expected,
                    safety.may_evacuate(
                        data.evacuation(state=state), [data.migration(status)]
                    ),
                )

    def test_without_records(self):
        self.assertTrue(safety.may_evacuate(data.evacuation(), []))

    def test_the_one_that_lives_is_found_among_those_over(self):
        live = data.migration('accepted', 2)
        records = [data.migration('error', 1), live, data.migration('done', 3)]
        self.assertIs(live, safety.live_record(records))

    def test_a_fenced_target_is_the_proof(self):
        records = [data.migration('pre-migrating', target='h2')]
        self.assertIsNone(safety.live_record(records, {'h2'}))
        self.assertIsNotNone(safety.live_record(records, {'h3'}))

    def test_a_record_without_a_target_lives_on(self):
        records = [data.migration('accepted', target=None)]
        self.assertIsNotNone(safety.live_record(records, {'h2'}))


class ReturnTest(unittest.TestCase):
    """Promise 3."""

    def test_what_forbids_it(self):
        for status in (*UNDER_WAY, *OVER):
            with self.subTest(status):
                record = data.migration(status)
                expected = [] if status in OVER[1:] else [record]
                self.assertEqual(expected, safety.blocks_return([record]))

    def test_every_known_status_is_decided_here(self):
        self.assertEqual(
            {s.value for s in MigrationStatus},
            {*UNDER_WAY[:2], *OVER, 'other'},
        )


class UndoTest(unittest.TestCase):
    """Promise 4."""

    MARK = ServiceMark('r1', data.NOW)

    def undo(self, was_disabled, was_forced, **now):
        reason = 'swap' if was_disabled else None
        before = ServiceBefore(was_disabled, reason, was_forced)
        undo = safety.undo(before, data.service(**now), self.MARK)
        return undo.force_up, undo.enable

    def test_all_of_it_is_ours(self):
        ours = str(self.MARK)
        self.assertEqual(
            (True, True), self.undo(False, False, disabled_reason=ours)
        )

    def test_what_the_operator_had_set_stays(self):
        ours = str(self.MARK)
        for disabled, forced in itertools.product((False, True), repeat=2):
            with self.subTest(disabled=disabled, forced=forced):
                self.assertEqual(
                    (not forced, not disabled),
                    self.undo(disabled, forced, disabled_reason=ours),
                )

    def test_another_reason_is_somebody_elses_disable(self):
        other = str(ServiceMark('r2', data.NOW))
        for reason in (None, 'memory is bad', other):
            self.assertEqual(
                (True, False), self.undo(False, False, disabled_reason=reason)
            )

    def test_what_has_been_undone_by_hand(self):
        self.assertEqual(
            (False, False),
            self.undo(
                False,
                False,
                disabled=False,
                forced_down=False,
                disabled_reason=str(self.MARK),
            ),
        )


class AnswerTest(unittest.TestCase):
    """Promise 7."""

    def test_both_off_and_on_record(self):
        proof = data.proof()
        recovery = data.recovery()
        stale = data.recovery(fencing_since=data.at(5))
        for expected, args in (
            (True, (proof, recovery, False)),
            (True, (proof, recovery, True)),
            (True, (proof, None, True)),
            (False, (proof, None, False)),
            (False, (proof, stale, False)),
            (False, (None, recovery, False)),
            (False, (None, recovery, True)),
            (False, (None, None, True)),
        ):
            with self.subTest(args):
                self.assertIs(expected, safety.may_answer_fenced(*args))


class GuardTest(unittest.TestCase):
    """Promise 9."""

    def test_only_what_is_off_already_is_held(self):
        held = {state for state in S if safety.may_be_held(state)}
        self.assertEqual({S.FORCING_DOWN, S.EVACUATING}, held)
        self.assertLessEqual(held, states.NEEDS_OFF)

    def test_power_seen_on(self):
        voided = {s for s in S if safety.voids_proof(s, gate_shut=False)}
        self.assertEqual({S.FORCING_DOWN, S.HELD, S.EVACUATING}, voided)

    def test_behind_a_shut_gate_power_may_be_on(self):
        self.assertFalse(any(safety.voids_proof(s, True) for s in S))
