# SPDX-License-Identifier: Apache-2.0
"""The proof about guests, from made-up journals."""

import json
import pathlib
import tempfile
import unittest

from tests.lab import guests
from tests.lab.guests import GuestEvent


def journal(*lines):
    """Events one second apart from lines like 'start a compute1'."""
    return [
        GuestEvent(float(time), event, 'spawn', uuid, host)
        for time, (event, uuid, host) in enumerate(map(str.split, lines))
    ]


class TestProblems(unittest.TestCase):
    def test_nothing_happened(self):
        self.assertEqual([], guests.problems([]))

    def test_guest_moves_after_its_stop(self):
        events = journal(
            'start a compute1', 'stop a compute1', 'start a compute2'
        )

        self.assertEqual([], guests.problems(events, ['a']))

    def test_guest_starts_elsewhere_before_its_stop(self):
        events = journal(
            'start a compute1', 'start a compute2', 'stop a compute1'
        )

        (problem,) = guests.problems(events)

        self.assertIn('guest a was started on compute2', problem)
        self.assertIn('while it ran on compute1', problem)

    def test_one_guest_twice_hides_behind_no_other(self):
        events = journal(
            'start a compute1',
            'start b compute1',
            'stop b compute1',
            'start b compute2',
            'start a compute2',
        )

        (problem,) = guests.problems(events)

        self.assertIn('guest a ', problem)

    def test_third_copy_names_both_others(self):
        events = journal(
            'start a compute1', 'start a compute2', 'start a compute3'
        )

        self.assertIn('compute1, compute2', guests.problems(events)[1])

    def test_restart_on_the_same_host_is_no_second_copy(self):
        events = journal('start a compute1', 'start a compute1')

        self.assertEqual([], guests.problems(events))

    def test_stop_of_one_host_ends_the_other_hosts_copy_not(self):
        events = journal(
            'start a compute1', 'stop a compute2', 'start a compute2'
        )

        self.assertEqual(1, len(guests.problems(events)))

    def test_expected_guest_was_stopped_for_good(self):
        events = journal('start a compute1', 'stop a compute1')

        self.assertEqual(
            ['guest a is lost: it runs nowhere'],
            guests.problems(events, ['a']),
        )

    def test_expected_guest_never_started(self):
        self.assertEqual(
            ['guest b is lost: it runs nowhere'],
            guests.problems(journal('start a compute1'), ['a', 'b']),
        )


class TestRunning(unittest.TestCase):
    def test_where_guests_run_at_the_end(self):
        events = journal(
            'start a compute1',
            'start b compute1',
            'start c compute3',
            'stop a compute1',
            'start a compute2',
            'stop c compute3',
        )

        self.assertEqual(
            {'a': {'compute2'}, 'b': {'compute1'}}, guests.running(events)
        )


class TestReadJournal(unittest.TestCase):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = pathlib.Path(directory.name) / 'guests.jsonl'

    def test_no_journal_yet(self):
        self.assertEqual([], guests.read_journal(self.path))

    def test_events_are_put_in_the_order_of_their_times(self):
        later, earlier = journal('start a compute1', 'stop a compute1')[::-1]
        self.path.write_text(
            ''.join(
                f'{json.dumps(vars(event))}\n' for event in (later, earlier)
            )
        )

        self.assertEqual([earlier, later], guests.read_journal(self.path))
