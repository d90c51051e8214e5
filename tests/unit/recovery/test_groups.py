# SPDX-License-Identifier: Apache-2.0
"""Restart groups as an operator writes them, and what is wrong with them."""

import unittest

from nova_ha.recovery import groups
from nova_ha.recovery.groups import Group
from nova_ha.recovery.groups import Readiness
from nova_ha.recovery.groups import ReadyWhen


class GroupsTest(unittest.TestCase):
    def problems(self, mapping):
        with self.assertRaises(groups.InvalidGroups) as caught:
            groups.of(mapping)
        return caught.exception.problems

    def test_what_may_be_written(self):
        for body, expected in (
            (None, Group('g')),
            ({}, Group('g')),
            ({'timeout': 5}, Group('g', timeout=5.0)),
            ({'timeout': 0.5}, Group('g', timeout=0.5)),
            (
                {'ready': 'evacuated'},
                Group('g', ready=Readiness(ReadyWhen.EVACUATED)),
            ),
            ({'ready': 'active'}, Group('g')),
            (
                {'ready': {'tcp': 5432}},
                Group('g', ready=Readiness(ReadyWhen.TCP, port=5432)),
            ),
            (
                {'ready': {'delay': 30}},
                Group('g', ready=Readiness(ReadyWhen.DELAY, seconds=30.0)),
            ),
        ):
            with self.subTest(body):
                self.assertEqual({'g': expected}, groups.of({'g': body}))

    def test_after(self):
        found = groups.of(
            {'db': {}, 'mq': {}, 'app': {'after': ['db', 'mq', 'db']}}
        )
        self.assertEqual(('db', 'mq'), found['app'].after)
        self.assertEqual({'db', 'mq'}, groups.awaited(found))
        found = groups.of({'app': {'after': 'db'}, 'db': None})
        self.assertEqual(('db',), found['app'].after)

    def test_nothing(self):
        for nothing in (None, {}):
            self.assertEqual({}, groups.of(nothing))

    def test_each_thing_that_is_wrong(self):
        for mapping, *words in (
            ([], 'groups: must be a mapping'),
            ({3: {}}, 'groups: 3 is no name'),
            ({'': {}}, "groups: '' is no name"),
            ({'x' * 256: {}}, 'is no name'),
            ({'a': 5}, 'groups.a: must be a mapping with after, ready or'),
            ({'a': {'tiemout': 5}}, "groups.a: 'tiemout' is not known"),
            ({'a': {'after': 3}}, 'groups.a.after: must be a list'),
            ({'a': {'after': [3]}}, 'groups.a.after: must be a list'),
            ({'a': {'after': ['b']}}, "groups.a.after: there is no group 'b'"),
            ({'a': {'ready': 'soon'}}, 'groups.a.ready: must be evacuated'),
            ({'a': {'ready': {'udp': 1}}}, 'groups.a.ready: must be'),
            ({'a': {'ready': {'tcp': 0}}}, 'groups.a.ready.tcp: must be a po'),
            ({'a': {'ready': {'tcp': 65536}}}, 'groups.a.ready.tcp'),
            ({'a': {'ready': {'tcp': True}}}, 'groups.a.ready.tcp'),
            ({'a': {'ready': {'tcp': '80'}}}, 'groups.a.ready.tcp'),
            ({'a': {'ready': {'delay': -1}}}, 'groups.a.ready.delay: must be'),
            ({'a': {'timeout': '5'}}, 'groups.a.timeout: must be seconds'),
            ({'a': {'timeout': float('inf')}}, 'groups.a.timeout'),
            ({'a': {'timeout': True}}, 'groups.a.timeout'),
        ):
            with self.subTest(mapping):
                (problem,) = self.problems(mapping)
                for word in words:
                    self.assertIn(word, problem)

    def test_cycles_are_named_in_their_order(self):
        for mapping, ring in (
            ({'a': {'after': ['a']}}, 'a after a'),
            (
                {'a': {'after': ['b']}, 'b': {'after': ['a']}},
                'a after b after a',
            ),
            (
                {
                    'in': {'after': ['a']},
                    'a': {'after': ['b']},
                    'b': {'after': ['c']},
                    'c': {'after': ['a']},
                },
                'a after b after c after a',
            ),
        ):
            with self.subTest(ring):
                (problem,) = self.problems(mapping)
                self.assertIn(f'{ring}: none of them could', problem)

    def test_a_diamond_is_no_cycle(self):
        found = groups.of(
            {
                'd': {'after': ['b', 'c']},
                'b': {'after': ['a']},
                'c': {'after': ['a']},
                'a': {},
            }
        )
        self.assertEqual([], groups.cycles(found))

    def test_everything_is_told_at_once(self):
        problems = self.problems(
            {'a': {'after': ['x'], 'timeout': -1}, 'b': {'ready': 7}}
        )
        self.assertEqual(3, len(problems))

    def test_in_words(self):
        for readiness, words in (
            (Readiness(), 'active'),
            (Readiness(ReadyWhen.EVACUATED), 'evacuated'),
            (Readiness(ReadyWhen.TCP, port=80), 'TCP port 80 answers'),
            (
                Readiness(ReadyWhen.DELAY, seconds=1.5),
                '1.5 s after the last is active',
            ),
        ):
            self.assertEqual(words, str(readiness))
