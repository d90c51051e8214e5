# SPDX-License-Identifier: Apache-2.0
"""What is parked, and when there may be room for it."""

import unittest

from nova_ha.recovery import parking
from nova_ha.recovery.model import RecoveryEvent
from nova_ha.recovery.states import EvacuationState as Es
from nova_ha.recovery.states import RecoveryState as S
from tests.unit.recovery import data

NO_HOST = 'No valid host was found. There are not enough hosts available.'


def row(number, ended=0.0, **changes):
    return data.evacuation(
        **{
            'instance': f'i{number}',
            'name': f'vm{number}',
            'state': Es.FAILED,
            'message': parking.worded(NO_HOST),
            'attempts': 3,
            'asked_at': data.at(ended - 1),
            'ended_at': data.at(ended),
            **changes,
        }
    )


def entered(name, message, instance=None):
    return RecoveryEvent('r1', data.NOW, name, S.EVACUATING, message, instance)


class WordsTest(unittest.TestCase):
    def test_what_is_want_of_room(self):
        for why, expected in (
            (NO_HOST, True),
            ('Insufficient compute resources: Free memory 0.00 MB', True),
            ('Quota exceeded for cores (HTTP 403, req-1)', True),
            ('spawn failed on h2', False),
            ('not over after 600 s: nova has record 7', False),
            ('', False),
        ):
            with self.subTest(why=why):
                self.assertEqual(expected, parking.is_for_want_of_room(why))
                worded = parking.worded(why)
                self.assertEqual(expected, worded.startswith(parking.PARKED))
                self.assertTrue(worded.endswith(why))

    def test_only_what_has_failed_for_it_is_parked(self):
        waiting = row(1)
        others = [
            row(2, message='spawn failed'),
            row(3, state=Es.PENDING),
            row(4, state=Es.SKIPPED),
        ]
        self.assertEqual([waiting], parking.parked([*others, waiting]))


class WhyNowTest(unittest.TestCase):
    def test_table(self):
        two, three = frozenset({'h2'}), frozenset({'h2', 'h3'})
        waiting = [row(1, ended=10), row(2, ended=50)]
        before = row(3, ended=8, state=Es.SUCCEEDED, message='')
        since = row(3, ended=30, state=Es.SUCCEEDED, message='')
        for rows, old, now, expected in (
            (waiting, two, two, ''),
            (waiting, three, two, ''),
            (waiting, two, three, 'h3 takes instances'),
            (waiting, None, two, 'not known'),
            ([*waiting, before], two, two, ''),
            ([*waiting, since], two, two, 'vm3 has found some since'),
        ):
            with self.subTest(expected=expected):
                why = parking.why_now(rows, old, now)
                self.assertIn(expected, why)
                self.assertEqual(bool(expected), bool(why))

    def test_is_time(self):
        rows = [row(1, ended=10), row(2, ended=50)]
        for seconds, now, expected in (
            (300, 349, False),
            (300, 350, True),
            (0, 9999, False),
        ):
            with self.subTest(seconds=seconds, now=now):
                self.assertEqual(
                    expected, parking.is_time(rows, seconds, data.at(now))
                )

    def test_takers(self):
        well = {'up': True, 'disabled': False, 'forced_down': False}
        services = [
            data.service(**well | changes)
            for changes in (
                {'host': 'h1'},
                {'host': 'h2'},
                {'host': 'h3', 'disabled': True},
                {'host': 'h4', 'up': False},
                {'host': 'h5', 'forced_down': True},
            )
        ]
        self.assertEqual({'h2'}, parking.takers(services, 'h1'))


class ChosenTest(unittest.TestCase):
    ROWS = tuple(row(n, ended=100 - n) for n in range(1, 7))
    OTHER = row(9, message='spawn failed')

    def test_table(self):
        everything = {f'i{n}' for n in range(1, 7)}
        for history, expected in (
            ([], None),
            ([('forced_down', '')], None),
            ([('retry_requested', 'retry_requested by me')], None),
            ([('retry_requested', f'{parking.ROOM}h2')], everything),
            # Left alone for longest.
            ([('retry_requested', parking.BLIND)], {'i6', 'i5', 'i4', 'i3'}),
            # Fenced again meanwhile: another incident.
            ([('retry_requested', parking.BLIND), ('forced_down', '')], None),
            (
                [('retry_requested', parking.BLIND), ('off_lost', '')],
                {'i6', 'i5', 'i4', 'i3'},
            ),
        ):
            with self.subTest(history=history):
                events = [entered(*line) for line in history]
                chosen = parking.chosen([*self.ROWS, self.OTHER], events)
                self.assertEqual(
                    expected, chosen if chosen is None else set(chosen)
                )
