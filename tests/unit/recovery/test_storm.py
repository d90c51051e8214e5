# SPDX-License-Identifier: Apache-2.0
"""Which hosts make a storm, by tables."""

import dataclasses
import datetime
import unittest

from nova_ha.recovery import storm
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import RecoveryState as S
from nova_ha.recovery.storm import Census
from nova_ha.recovery.storm import Scope
from nova_ha.recovery.storm import StormLimits

NOW = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
FOUR = frozenset({'h1', 'h2', 'h3', 'h4'})


def row(host, state=S.EVACUATING, age=10.0, **fields):
    at = NOW - datetime.timedelta(seconds=age)
    made = Recovery(
        uuid=f'uuid-{host}',
        host=host,
        state=state,
        origin='pacemaker',
        reason='',
        requested_at=at,
        fencing_since=at,
        state_since=at,
        updated_at=at,
    )
    return dataclasses.replace(made, **fields)


def census(hosts=FOUR, down=(), scopes=(), at=NOW):
    return Census(frozenset(hosts), frozenset(down), tuple(scopes), at)


RACK = Scope('aggregate rack1', frozenset({'h1', 'h2'}))

OLD = 1000.0
#: name, limits, the recoveries (the last is judged), census, in a storm
CASES = (
    ('no limits', {}, [row('h1'), row('h2'), row('h3')], census(), False),
    ('two of three', {'hosts': 2}, [row('h1'), row('h2')], census(), False),
    (
        'three of two',
        {'hosts': 2},
        [row('h1'), row('h2'), row('h3')],
        census(),
        True,
    ),
    ('one is never a storm', {'percent': 1.0}, [row('h1')], census(), False),
    (
        'one host aggregate',
        {'group_percent': 10.0},
        [row('h1')],
        census(scopes=[Scope('aggregate a', frozenset({'h1'}))]),
        False,
    ),
    ('half', {'percent': 50.0}, [row('h1'), row('h2')], census(), False),
    (
        'more than half',
        {'percent': 50.0},
        [row('h1'), row('h2'), row('h3')],
        census(),
        True,
    ),
    (
        'forced down by anybody counts',
        {'percent': 50.0},
        [row('h1')],
        census(down=['h3', 'h4']),
        True,
    ),
    (
        'forced down as it was before it came back does not',
        {'percent': 50.0},
        [row('h3', S.COMPLETED, age=0.0), row('h1')],
        census(down=['h3', 'h4'], at=NOW - datetime.timedelta(seconds=30)),
        False,
    ),
    (
        'a forced down host with a recovery counts once',
        {'percent': 50.0},
        [row('h2'), row('h1')],
        census(down=['h1', 'h2']),
        False,
    ),
    (
        'held ones are away',
        {'percent': 50.0},
        [row('h2', S.HELD, OLD), row('h3', S.HELD, OLD), row('h1')],
        census(),
        True,
    ),
    (
        'outside the window and at rest',
        {'hosts': 1},
        [row('h2', S.EVACUATED, OLD), row('h1')],
        census(),
        False,
    ),
    (
        'outside the window but in flight',
        {'hosts': 1},
        [row('h2', S.EVACUATING, OLD), row('h1')],
        census(),
        True,
    ),
    (
        'being fenced is in flight',
        {'hosts': 1},
        [row('h2', S.FENCING, OLD), row('h1')],
        census(),
        True,
    ),
    (
        'within the window, though it is over',
        {'hosts': 1},
        [row('h2', S.COMPLETED), row('h1')],
        census(),
        True,
    ),
    (
        'an operator has cancelled it: nothing was wrong',
        {'hosts': 1},
        [row('h2', S.CANCELLED), row('h1')],
        census(),
        False,
    ),
    (
        'a held one lets the older go first',
        {'hosts': 1},
        [row('h2', S.HELD, OLD + 1), row('h1', S.HELD, OLD)],
        census(),
        True,
    ),
    (
        'and goes when it is the oldest',
        {'hosts': 1},
        [row('h2', S.HELD, OLD - 1), row('h1', S.HELD, OLD)],
        census(),
        False,
    ),
    (
        'a storm in its aggregate',
        {'group_percent': 50.0},
        [row('h2'), row('h1')],
        census(scopes=[RACK]),
        True,
    ),
    (
        'a storm in another aggregate',
        {'group_percent': 50.0},
        [row('h2'), row('h1'), row('h3')],
        census(scopes=[RACK]),
        False,
    ),
    (
        'hosts in an aggregate',
        {'group_hosts': 1},
        [row('h2'), row('h1')],
        census(scopes=[RACK]),
        True,
    ),
    (
        'nova has never answered',
        {'percent': 50.0},
        [row('h1'), row('h2'), row('h3')],
        census(at=None),
        True,
    ),
)


class StormTest(unittest.TestCase):
    def test_table(self):
        for name, limits, rows, counted, expected in CASES:
            with self.subTest(name):
                found = storm.of(
                    rows[-1], rows, counted, StormLimits(**limits), NOW
                )
                self.assertEqual(expected, bool(found), found)

    def test_it_names_hosts_and_limit(self):
        rows = [row('h1'), row('h2'), row('h3')]
        for limits, words in (
            ({'hosts': 2}, ('3 hosts', 'h1, h2, h3', '2 may', '300 s')),
            ({'percent': 50.0}, ('3 of the 4 hosts', 'more than 50 %')),
        ):
            found = storm.of(
                rows[0], rows, census(), StormLimits(**limits), NOW
            )
            self.assertTrue(found.startswith(storm.STORM), found)
            for word in words:
                self.assertIn(word, found)

    def test_many_are_counted_rather_than_named(self):
        rows = [row(f'h{i}') for i in range(9)]
        found = storm.of(rows[0], rows, census(), StormLimits(hosts=1), NOW)
        self.assertIn('and 4 more', found)
