# SPDX-License-Identifier: Apache-2.0
"""The window: what it learns, and the bounds it never leaves."""

import unittest

import hypothesis
from hypothesis import strategies as st

from nova_ha.recovery import pace

BOUNDS = pace.Bounds(start=4, smallest=1, largest=32)
PLENTY = 1000


def heard(known, took, count, bounds=BOUNDS, waiting=PLENTY, every=None):
    """Let so many evacuations end one after another, each took so long.

    :param took: seconds, by target.
    :param every: seconds between two ends; as the window makes them.
    """
    now = known.since
    for number in range(count):
        target = sorted(took)[number % len(took)]
        now += took[target] / known.window if every is None else every
        asked = max(known.since, now - took[target])
        now = max(now, asked + took[target])
        known = pace.ended(known, bounds, asked, target, waiting, now)
    return known


class GrowTest(unittest.TestCase):
    def test_begins_with_the_start_value_within_the_bounds(self):
        for start, smallest, largest, expected in (
            (4, 1, 32, 4),
            (4, 6, 32, 6),
            (40, 1, 32, 32),
        ):
            with self.subTest(start=start, smallest=smallest):
                bounds = pace.Bounds(start, smallest, largest)
                self.assertEqual(expected, pace.begin(bounds, 0.0).window)

    def test_a_trial_after_a_measurement(self):
        known = heard(pace.begin(BOUNDS, 0.0), {'h2': 1.0}, pace.SAMPLES - 1)
        self.assertEqual(4, known.window)
        known = heard(pace.begin(BOUNDS, 0.0), {'h2': 1.0}, pace.SAMPLES)
        self.assertEqual(6, known.window)

    def test_grows_while_each_takes_as_long_as_before(self):
        known = pace.begin(BOUNDS, 0.0)
        windows = []
        for _ in range(6):
            known = heard(known, {'h2': 1.0}, max(8, known.window * 3 // 2))
            windows.append(known.window)
        self.assertEqual([6, 9, 13, 19, 28, 32], windows)

    def test_goes_back_when_no_more_end_in_a_second(self):
        """The more are under way, the longer each takes: two cores."""
        for took, window in (
            (1.0, 9),
            (1.19, 9),
            (1.21, 4),
            (1.5, 4),  # as if nothing were gained
            (2.5, 4),
        ):
            with self.subTest(took=took):
                known = heard(pace.begin(BOUNDS, 0.0), {'h2': 1.0}, 8)
                self.assertEqual(6, known.window)
                known = heard(known, {'h2': took}, 9)
                self.assertEqual(window, known.window)

    def test_rests_twice_as_long_after_each_trial_that_failed(self):
        known = heard(pace.begin(BOUNDS, 0.0), {'h2': 1.0}, 8)
        rests = []
        for _ in range(3):
            known = heard(known, {'h2': 1.5}, 9)
            self.assertEqual(4, known.window)
            rests.append(known.rest)
            while known.window == 4:
                known = heard(known, {'h2': 1.0}, 8)
        self.assertEqual([2, 4, 8], rests)

    def test_what_was_kept_by_chance_is_held_against_the_first(self):
        """Little by little it would climb for ever."""
        known = heard(pace.begin(BOUNDS, 0.0), {'h2': 1.0}, 8)
        known = heard(known, {'h2': 1.19}, 9)
        self.assertEqual(9, known.window)
        known = heard(known, {'h2': 1.19 * 1.19}, 13)
        self.assertEqual(4, known.window)

    def test_no_trial_for_the_last_few(self):
        known = heard(pace.begin(BOUNDS, 0.0), {'h2': 1.0}, 80, waiting=23)
        self.assertEqual(4, known.window)

    def test_what_was_asked_before_does_not_count(self):
        known = pace.begin(BOUNDS, 100.0)
        for _ in range(50):
            known = pace.ended(known, BOUNDS, 99.0, 'h2', PLENTY, 101.0)
        self.assertEqual(4, known.window)

    def test_a_window_that_was_not_full_tells_nothing(self):
        known = heard(pace.begin(BOUNDS, 0.0), {'h2': 1.0}, 7)
        known = pace.unused(known, 50.0)
        self.assertEqual(4, heard(known, {'h2': 1.0}, 1).window)


class ShrinkTest(unittest.TestCase):
    def test_halved_by_trouble_once_for_what_was_asked_before(self):
        known = pace.begin(pace.Bounds(16, 1, 32), 0.0)
        for asked, now, expected in (
            (1.0, 10.0, 8),
            (9.0, 11.0, 8),  # asked before it was halved
            (10.5, 12.0, 4),
            (13.0, 14.0, 2),
            (15.0, 16.0, 1),
            (17.0, 18.0, 1),
        ):
            known = pace.troubled(known, BOUNDS, asked, 'no answer', now)
            self.assertEqual(expected, known.window)
        self.assertEqual('no answer', known.why)

    def test_grows_again_when_the_trouble_is_over(self):
        known = pace.begin(BOUNDS, 0.0)
        for now in (1.0, 2.0):
            known = pace.troubled(known, BOUNDS, now, 'no answer', now)
        self.assertEqual(1, known.window)
        known = heard(known, {'h2': 1.0}, 16)
        self.assertGreaterEqual(known.window, 4)

    def test_by_a_quarter_when_each_takes_twice_as_long(self):
        bounds = pace.Bounds(8, 1, 8)
        for took, every, expected in (
            (1.9, 0.3, 8),
            (2.5, 0.32, 6),
            (2.5, 0.05, 8),  # but as many end as before
        ):
            with self.subTest(took=took, every=every):
                known = pace.begin(bounds, 0.0)
                known = heard(known, {'h2': 1.0}, 12, bounds)
                known = heard(known, {'h2': took}, 12, bounds, every=every)
                self.assertEqual(expected, known.window)

    def test_one_slow_target_of_many_is_not_a_slow_cloud(self):
        targets = dict.fromkeys(('h2', 'h3', 'h4', 'h5'), 1.0)
        known = heard(pace.begin(BOUNDS, 0.0), targets, 8)
        self.assertEqual(6, known.window)
        known = heard(known, targets | {'h5': 10.0}, 9)
        self.assertEqual(9, known.window)


class SlowTest(unittest.TestCase):
    def test_who_gives_its_place_away(self):
        known = heard(pace.begin(BOUNDS, 0.0), {'h2': 1.0}, 8, waiting=0)
        for flights, expected in (
            ([('h2', 9.0, 0)], [True]),
            ([('h2', 2.0, 0), ('h3', 1.0, 0)], [False, False]),
            ([('h2', 9.0, 0), ('h3', 1.0, 0)], [True, False]),
            ([('h2', 9.0, 0), ('h2', 1.0, 0)], [True, False]),
            # More than one target is slow: it is the cloud.
            ([('h2', 9.0, 0), ('h3', 9.0, 0)], [False, False]),
            ([(None, 9.0, 0)], [False]),
            # Overtaken by two windows full of others.
            ([('h2', 2.0, 7), ('h3', 2.0, 8)], [False, True]),
        ):
            with self.subTest(flights=flights):
                self.assertEqual(expected, pace.slow(known, flights))

    def test_nothing_is_old_while_nothing_is_known(self):
        known = pace.begin(BOUNDS, 0.0)
        self.assertEqual([False], pace.slow(known, [('h2', 99.0, 0)]))

    def test_places_given_away(self):
        for under_way, slow, window, expected in (
            (4, 0, 4, 4),
            (4, 1, 4, 3),
            (8, 4, 4, 4),
            (9, 6, 4, 5),
            (2, 4, 4, 0),
        ):
            with self.subTest(under_way=under_way, slow=slow):
                self.assertEqual(
                    expected, pace.holding(under_way, slow, window)
                )


class SharesTest(unittest.TestCase):
    def test_shares(self):
        for window, wanted, expected in (
            (4, {'a': 100}, {'a': 4}),
            (4, {'a': 2}, {'a': 2}),
            (4, {'a': 100, 'b': 100}, {'a': 2, 'b': 2}),
            (4, {'a': 100, 'b': 100, 'c': 100}, {'a': 2, 'b': 1, 'c': 1}),
            (4, {'a': 100, 'b': 1}, {'a': 3, 'b': 1}),
            (4, {'a': 100, 'b': 0}, {'a': 4, 'b': 0}),
            (2, {'a': 9, 'b': 9, 'c': 9}, {'a': 1, 'b': 1, 'c': 1}),
            (4, {}, {}),
        ):
            with self.subTest(window=window, wanted=wanted):
                self.assertEqual(expected, pace.shares(window, wanted))

    @hypothesis.given(
        st.integers(1, 40),
        st.dictionaries(st.text(max_size=3), st.integers(0, 60), max_size=10),
    )
    def test_fair(self, window, wanted):
        given = pace.shares(window, wanted)
        hungry = sum(want > 0 for want in wanted.values())
        self.assertEqual(
            min(sum(wanted.values()), max(window, hungry)),
            sum(given.values()),
        )
        for name, want in wanted.items():
            self.assertLessEqual(given[name], want)
            self.assertGreaterEqual(given[name], min(1, want))
            if given[name] < want:  # nobody has got more than one more
                most = max(given.values())
                self.assertLessEqual(most, given[name] + 1)


class CellsTest(unittest.TestCase):
    CELLS = (('c1', 'rack1-*'), ('c1', 'rack2-*'), ('c2', 'rack?-*'))

    def test_the_first_match_counts(self):
        for host, expected in (
            ('rack1-a', 'c1'),
            ('rack2-a', 'c1'),
            ('rack3-a', 'c2'),
            ('elsewhere', ''),
        ):
            with self.subTest(host=host):
                self.assertEqual(expected, pace.cell_of(host, self.CELLS))


TIMES = st.floats(0.0, 1e6)
HEARD = st.lists(
    st.one_of(
        st.tuples(
            st.just('ended'),
            st.floats(-10, 500),
            st.sampled_from(['h2', 'h3', '']),
            st.integers(0, 5000),
        ),
        st.tuples(st.just('many'), st.floats(0, 500), st.integers(1, 60)),
        st.tuples(st.just('troubled'), st.floats(-10, 500)),
        st.tuples(st.just('unused')),
        st.tuples(st.just('hosts'), st.integers(1, 60)),
    ),
    max_size=60,
)


class BoundsTest(unittest.TestCase):
    @hypothesis.settings(max_examples=300, deadline=None)
    @hypothesis.given(
        st.integers(1, 64), st.integers(1, 8), st.integers(8, 64), HEARD
    )
    def test_never_left_whatever_it_hears(
        self, start, smallest, largest, said
    ):
        bounds = pace.Bounds(start, smallest, largest)
        known, now = pace.begin(bounds, 0.0), 0.0
        for what, *values in said:
            now += 1.0
            if what == 'ended':
                took, target, waiting = values
                known = pace.ended(
                    known, bounds, now - took, target, waiting, now
                )
            elif what == 'many':
                took, count = values
                now += took
                for _ in range(count):
                    known = pace.ended(
                        known, bounds, now - took, 'h2', PLENTY, now
                    )
            elif what == 'troubled':
                known = pace.troubled(known, bounds, now - values[0], '', now)
            elif what == 'unused':
                known = pace.unused(known, now)
            else:
                hosts = pace.Bounds(
                    start, max(smallest, values[0]), max(largest, values[0])
                )
                known = pace.widened(known, hosts, now)
                self.assertGreaterEqual(known.window, values[0])
                known = pace.widened(known, bounds, now)
            self.assertLessEqual(smallest, known.window)
            self.assertLessEqual(known.window, largest)
            self.assertLessEqual(known.since, now)
            self.assertLessEqual(known.rest, pace.MAX_REST)
