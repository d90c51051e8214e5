# SPDX-License-Identifier: Apache-2.0
"""What watch draws, compared with files that were looked at.

NOVA_HA_WRITE_GOLDENS=1 writes them anew; look at what has changed.
"""

import os
import pathlib
import unittest

from nova_ha.osc import drawing
from nova_ha.osc import news
from nova_ha.osc import progress
from nova_ha.osc import tables
from nova_ha.osc import text
from tests.unit.osc import answers
from tests.unit.osc import pictures

GOLDENS = pathlib.Path(__file__).with_name('goldens')


class GoldenTestCase(unittest.TestCase):
    maxDiff = None

    def assert_golden(self, name, lines):
        path = GOLDENS / f'{name}.txt'
        drawn = '\n'.join(lines) + '\n'
        if os.environ.get('NOVA_HA_WRITE_GOLDENS'):
            path.write_text(drawn, encoding='utf-8')
        self.assertEqual(path.read_text(encoding='utf-8'), drawn)


class ScreenTest(GoldenTestCase):
    def test_each_moment(self):
        for name, (answer, seconds, more) in pictures.MOMENTS.items():
            with self.subTest(name):
                lines = drawing.screen(answer, answers.at(seconds), **more)
                self.assert_golden(name, lines)

    def test_no_line_is_wider_than_the_terminal(self):
        for name, (answer, seconds, more) in pictures.MOMENTS.items():
            for width in (20, 48, 80, 200):
                with self.subTest(name, width=width):
                    given = {**more, 'width': width}
                    now = answers.at(seconds)
                    for line in drawing.screen(answer, now, **given):
                        self.assertLessEqual(len(line), width)

    def test_the_table_gives_way_to_a_low_terminal(self):
        answer, seconds, _ = pictures.MOMENTS['many']
        for height in (17, 24, 40):
            lines = drawing.screen(answer, answers.at(seconds), height=height)
            self.assertLessEqual(len(lines), height)

    def test_no_control_character_is_drawn(self):
        row = answers.evacuation(0, 'failed', name='a\x1b[2J', message='b\r')
        answer = answers.answer(rows=[row], message='c\x07', host='d\x1b[H')
        lines = drawing.screen(answer, answers.at(9), trouble='e\x1b')
        self.assertTrue('\n'.join(lines).replace('\n', '').isprintable())


class BarTest(unittest.TestCase):
    def test_it_is_full_only_when_all_is_done(self):
        self.assertEqual('[....] 0 %', drawing.bar(0, 9, 4))
        self.assertEqual('[###.] 99 %', drawing.bar(999, 1000, 4))
        self.assertEqual('[####] 100 %', drawing.bar(9, 9, 4))


class NewsTest(GoldenTestCase):
    def test_from_one_moment_to_the_next(self):
        lines, before = [], None
        for name in (
            'requested',
            'fencing',
            'held',
            'evacuating',
            'evacuated',
            'completed',
        ):
            answer = pictures.MOMENTS[name][0]
            lines += [f'# {name}', *news.lines(before, answer)]
            before = answer
        self.assert_golden('news', lines)

    def test_nothing_new_is_nothing_said(self):
        for name, (answer, _, _) in pictures.MOMENTS.items():
            with self.subTest(name):
                self.assertEqual([], news.lines(answer, answer))

    def test_who_comes_late_is_told_what_matters(self):
        self.assert_golden(
            'news_late', news.lines(None, pictures.MOMENTS['evacuating'][0])
        )

    def test_no_control_character_is_printed(self):
        row = answers.evacuation(0, 'failed', name='a\x1b[2J', message='b\r')
        answer = answers.answer(rows=[row], message='c\x07', host='d\x1b[H')
        lines = news.lines(None, answer)
        self.assertTrue(''.join(lines).isprintable())


class ProgressTest(unittest.TestCase):
    def codes(self, until):
        return {
            name: progress.exit_code(answer, until)
            for name, (answer, _, _) in pictures.MOMENTS.items()
        }

    def test_the_exit_code_until_evacuated(self):
        codes = self.codes('evacuated')
        self.assertEqual(0, codes['evacuated'])
        self.assertEqual(0, codes['completed'])
        self.assertEqual(1, codes['fence_failed'])
        for name in ('requested', 'fencing', 'held', 'evacuating'):
            self.assertIsNone(codes[name])

    def test_the_exit_code_until_completed(self):
        codes = self.codes('completed')
        self.assertIsNone(codes['evacuated'])
        self.assertEqual(0, codes['completed'])

    def test_cancelled_is_not_done(self):
        answer = answers.answer('cancelled', 9.0)
        for until in progress.REACHED:
            self.assertEqual(1, progress.exit_code(answer, until))

    def test_phases_last_until_the_next_one(self):
        answer, seconds, _ = pictures.MOMENTS['evacuating']
        self.assertEqual(
            [
                ('requested', 0.1),
                ('fencing', 2.9),
                ('forcing_down', 0.5),
                ('evacuating', 8.5),
            ],
            [
                (phase.state, round(phase.seconds, 3))
                for phase in progress.phases(answer, answers.at(seconds))
            ],
        )

    def test_a_clock_that_is_behind(self):
        answer, _, _ = pictures.MOMENTS['evacuating']
        phases = progress.phases(answer, answers.at(-5))
        self.assertEqual(0.0, phases[-1].seconds)

    def test_the_end_takes_no_time(self):
        answer, seconds, _ = pictures.MOMENTS['completed']
        phases = progress.phases(answer, answers.at(seconds))
        self.assertEqual(
            ('completed', 0.0), (phases[-1].state, phases[-1].seconds)
        )
        elapsed = progress.elapsed(answer, answers.at(seconds))
        self.assertEqual(7261.0, elapsed)

    def test_a_state_that_no_event_tells_of(self):
        answer = answers.answer('evacuating', 3.5, ())
        states = [p.state for p in progress.phases(answer, answers.at(9))]
        self.assertEqual(['requested', 'evacuating'], states)

    def test_unknown_states_come_last_in_the_counts_first_in_the_table(self):
        rows = [
            {**answers.evacuation(0, 'pending'), 'state': 'flying'},
            answers.evacuation(1, 'succeeded', ended=5),
        ]
        answer = answers.answer(rows=rows)
        self.assertEqual(
            ['succeeded', 'flying'], list(progress.counts(answer))
        )
        first = progress.in_order(answer)[0]
        self.assertEqual('flying', first['state'])


class TextTest(unittest.TestCase):
    def test_spans(self):
        for seconds, shown in (
            (-3, '0.0 s'),
            (0.04, '0.0 s'),
            (59.94, '59.9 s'),
            (59.96, '1 min 0 s'),
            (65.4, '1 min 5 s'),
            (3661, '1 h 1 min'),
            (90000, '1 d 1 h'),
        ):
            self.assertEqual(shown, text.span(seconds))

    def test_times_are_shown_in_utc(self):
        self.assertEqual(
            '2026-05-04 01:02:03', text.utc('2026-05-04T03:02:03.9+02:00')
        )
        self.assertEqual('01:02:03', text.clock('2026-05-04T03:02:03+02:00'))
        self.assertEqual('', text.utc(None))


class TablesTest(unittest.TestCase):
    def test_numbers_stand_to_the_right(self):
        self.assertEqual(
            ['Name   N', 'a      5', 'b     10'],
            tables.lines(('Name', 'N'), [('a', 5), ('b', 10)]),
        )

    def test_what_is_too_long_is_cut(self):
        self.assertEqual('abc...', tables.cut('abcdefgh', 6))
        self.assertEqual('..', tables.cut('abcdefgh', 2))
        self.assertEqual('abcdefgh', tables.cut('abcdefgh', None))

    def test_nothing_is_just_the_heading(self):
        self.assertEqual(['A  B'], tables.lines(('A', 'B'), []))
