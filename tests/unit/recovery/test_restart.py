# SPDX-License-Identifier: Apache-2.0
"""Where restart groups stand, and whose turn it is: by tables."""

import dataclasses
import unittest

from nova_ha.recovery import groups
from nova_ha.recovery import ordering
from nova_ha.recovery import restart
from nova_ha.recovery import server_groups
from nova_ha.recovery.model import ServerGroup
from nova_ha.recovery.states import EvacuationState as State
from nova_ha.recovery.states import RecoveryState
from nova_ha.recovery.states import TargetState
from tests.unit.recovery import data

UP = {'state': State.SUCCEEDED, 'ended_at': data.at(10)}


class PriorityTest(unittest.TestCase):
    def test_priority_then_attempts_then_age(self):
        rows = [
            data.evacuation(instance=name, priority=priority, attempts=tried)
            for name, priority, tried in (
                ('old', 500, 0),
                ('young', 500, 0),
                ('tried', 500, 1),
                ('last', 0, 0),
                ('first', 1000, 2),
            )
        ]
        found = ordering.next_batch(rows, 0, 9, data.NOW)
        self.assertEqual(
            ['first', 'old', 'young', 'tried', 'last'],
            [row.instance for row in found],
        )


class RestartTest(unittest.TestCase):
    def stand(self, mapping, rows, now=100, **changes):
        scene = restart.Scene(
            groups=groups.of(mapping),
            rows=[
                data.evacuation(
                    **{'instance': f'i{n}', 'name': f'vm{n}'} | row
                )
                for n, row in enumerate(rows)
            ],
            begun=data.at(0),
            now=data.at(now),
            **changes,
        )
        return restart.standings(scene)

    def app_may_start(self, db, rows, now=100, **changes):
        """Return whether what comes after db may start."""
        mapping = {'db': db, 'app': {'after': ['db']}}
        rows = [{'group': 'db'} | row for row in rows]
        found = self.stand(mapping, rows, now, **changes)
        return found['app'].may_start is not None

    def test_each_gate(self):
        tcp = {'ready': {'tcp': 80}}
        delay = {'ready': {'delay': 60}}
        done = {'ready': 'evacuated'}
        over = {'over': {'i0': data.at(9)}}
        answers = {'answering': {'i0': data.at(9)}}
        going = {'state': State.MIGRATING}
        stopped = {'target_state': TargetState.STOPPED}
        for number, (db, row, now, changes, expected) in enumerate(
            (
                ({}, {}, 100, {}, False),
                ({}, going, 100, {}, False),
                ({}, going, 100, over, False),
                ({}, UP, 100, {}, True),
                ({}, {'state': State.FAILED}, 100, {}, False),
                ({}, {'state': State.SKIPPED}, 100, {}, True),
                (done, going, 100, {}, False),
                (done, going, 100, over, True),
                (done, UP, 100, {}, True),
                (tcp, UP, 100, {}, False),
                (tcp, UP, 100, answers, True),
                (tcp, going, 100, answers, False),
                (tcp, UP | stopped, 100, {}, True),
                (tcp, UP | {'vm_state': 'stopped'}, 100, {}, True),
                (delay, UP, 69, {}, False),
                (delay, UP, 70, {}, True),
                (delay, going, 500, over, False),
                # Its time is over.
                ({'timeout': 100}, {}, 99, {}, False),
                ({'timeout': 100}, {}, 100, {}, True),
                ({'timeout': 0}, {}, 0, {}, True),
                (tcp | {'timeout': 50}, UP, 50, {}, True),
                (delay | {'timeout': 50}, UP, 50, {}, True),
            )
        ):
            with self.subTest(number):
                found = self.app_may_start(db, [row], now, **changes)
                self.assertEqual(expected, found)

    def test_all_of_a_group_have_to_be_up(self):
        self.assertFalse(self.app_may_start({}, [UP, {}]))
        self.assertTrue(self.app_may_start({}, [UP, UP]))

    def test_a_group_without_instances_here_is_up(self):
        self.assertTrue(self.app_may_start({}, []))

    def test_it_is_no_way_around_what_comes_before(self):
        mapping = {'a': {}, 'b': {'after': ['a']}, 'c': {'after': ['b']}}
        found = self.stand(mapping, [{'group': 'a'}])
        self.assertIsNone(found['c'].may_start)
        found = self.stand(mapping, [{'group': 'a'} | UP])
        self.assertEqual(data.at(10), found['c'].may_start)

    def test_each_group_has_its_own_time(self):
        """A chain of stuck groups ends after the sum of their times."""
        mapping = {
            'a': {'timeout': 100},
            'b': {'after': ['a'], 'timeout': 50},
            'c': {'after': ['b']},
        }
        rows = [{'group': name} for name in 'ab']
        for now, expected in (
            (99, {'a'}),
            (100, {'a', 'b'}),
            (149, {'a', 'b'}),
            (150, {'a', 'b', 'c'}),
        ):
            found = self.stand(mapping, rows, now)
            started = {n for n, s in found.items() if s.may_start is not None}
            self.assertEqual(expected, started, now)
        self.assertTrue(found['a'].overdue)

    def test_coming_up_late_changes_nothing_for_the_next(self):
        mapping = {'a': {'timeout': 5}, 'b': {'after': ['a']}}
        found = self.stand(mapping, [{'group': 'a'} | UP])
        self.assertEqual(data.at(5), found['b'].may_start)
        self.assertTrue(found['a'].overdue)

    def test_hosts_whose_instances_are_not_listed(self):
        for hosts, now, expected in (
            ([], 100, True),
            (['h2'], 100, False),
            (['h2'], 600, True),
        ):
            found = self.app_may_start({}, [UP], now, unlisted=hosts)
            self.assertEqual(expected, found)

    def test_which_hosts_are_waited_for(self):
        mine = data.recovery(state=RecoveryState.EVACUATING)
        rows = [data.evacuation(recovery='listed')]
        for state, uuid, expected in (
            (RecoveryState.REQUESTED, 'new', ['h2']),
            (RecoveryState.FENCING, 'new', ['h2']),
            (RecoveryState.FORCING_DOWN, 'new', ['h2']),
            (RecoveryState.EVACUATING, 'new', ['h2']),
            (RecoveryState.EVACUATING, 'listed', []),
            (RecoveryState.FENCING, 'listed', ['h2']),
            (RecoveryState.FENCE_FAILED, 'new', []),
            (RecoveryState.HELD, 'new', []),
            (RecoveryState.EVACUATED, 'new', []),
            (RecoveryState.RETURNING, 'new', []),
        ):
            with self.subTest(state=state, uuid=uuid):
                other = data.recovery(uuid=uuid, host='h2', state=state)
                found = restart.unlisted(mine, [mine, other], rows)
                self.assertEqual(expected, found)

    def test_who_waits_for_whom(self):
        mapping = {
            'db': {},
            'mq': {},
            'app': {'after': ['db', 'mq']},
        }
        found = self.stand(mapping, [{'group': 'db'}])
        for group, expected in (
            ('app', ['db']),
            ('db', ()),
            ('', ()),
            ('nobody-described-it', ()),
        ):
            row = data.evacuation(group=group)
            self.assertEqual(expected, restart.waits_for(row, found), group)

    def test_stuck_is_told_from_slow(self):
        for state, expected in (
            (State.FAILED, True),
            (State.PENDING, False),
            (State.SUCCEEDED, False),
        ):
            found = self.stand({'db': {}}, [{'group': 'db', 'state': state}])
            self.assertEqual(expected, restart.is_stuck(found['db']))
        found = self.stand({'db': {}}, [{'group': 'db'}, UP], now=600)
        self.assertFalse(restart.is_stuck(found['db']))

    def test_only_what_has_to_answer_is_probed(self):
        scene = restart.Scene(
            groups=groups.of({'web': {'ready': {'tcp': 80}}, 'db': {}}),
            rows=[
                data.evacuation(**{'instance': name, 'group': 'web'} | row)
                for name, row in (
                    ('asked', UP),
                    ('answered', UP),
                    ('stopped', UP | {'vm_state': 'stopped'}),
                    ('under_way', {'state': State.MIGRATING}),
                    ('of_db', UP | {'group': 'db'}),
                )
            ],
            begun=data.at(0),
            now=data.at(50),
            answering={'answered': data.at(20)},
        )
        self.assertEqual({'asked': 80}, restart.to_probe(scene))

    def test_in_words(self):
        mapping = {'web': {'ready': {'tcp': 80}, 'timeout': 1000}}
        rows = [
            {'group': 'web', 'state': State.FAILED, 'message': 'no room'},
            {'group': 'web'} | UP,
            {'group': 'web'},
            {'group': 'web'},
        ]
        found = self.stand(mapping, rows, unlisted=['h2'])['web']
        self.assertEqual(
            'web is not up (vm0 failed: no room, vm1 does not answer on port '
            '80, vm2 is pending, 1 more, the instances of h2 are not known '
            'yet)',
            restart.in_words(found, ['h2']),
        )


def group(policy='anti-affinity', *members):
    return ServerGroup('g1', 'spread', policy, frozenset(members))


class ServerGroupsTest(unittest.TestCase):
    MINE = data.recovery(state=RecoveryState.EVACUATING)
    OLDER = data.recovery(
        uuid='r0',
        host='h0',
        state=RecoveryState.EVACUATING,
        requested_at=data.at(-9),
    )

    def wait(self, *rows, active=(MINE,), over=()):
        rows = [
            data.evacuation(**{'instance': name} | row) for name, row in rows
        ]
        kept = server_groups.apart(
            [group('anti-affinity', 'a', 'b', 'c')],
            {row.instance for row in rows if row.recovery == 'r1'},
        )
        return server_groups.must_wait(
            self.MINE, active, rows, kept, over, data.NOW
        )

    def test_one_at_a_time(self):
        going, done = {'state': State.MIGRATING}, {'state': State.SUCCEEDED}
        asked = {'state': State.REQUESTED}
        for rows, over, expected in (
            ([('a', {}), ('b', {}), ('x', {})], (), {'b'}),
            ([('a', {}), ('b', {'priority': 900})], (), {'a'}),
            ([('a', going), ('b', {})], (), {'b'}),
            ([('a', asked), ('b', {})], (), {'b'}),
            ([('a', going), ('b', {}), ('c', {})], {'a'}, {'c'}),
            ([('a', done), ('b', {}), ('c', {})], (), {'c'}),
            ([('a', {'not_before': data.at(9)}), ('b', {})], (), set()),
        ):
            with self.subTest(rows):
                self.assertEqual(expected, self.wait(*rows, over=over))

    def test_over_all_hosts(self):
        there = {'recovery': 'r0', 'source': 'h0'}
        for other, state, expected in (
            ({}, RecoveryState.EVACUATING, {'b'}),
            ({'state': State.MIGRATING}, RecoveryState.EVACUATING, {'b'}),
            ({'state': State.SUCCEEDED}, RecoveryState.EVACUATING, set()),
            ({'not_before': data.at(9)}, RecoveryState.EVACUATING, set()),
            # It may not be asked for: nobody waits for it.
            ({}, RecoveryState.HELD, set()),
            # Nova may be at work on it all the same.
            ({'state': State.MIGRATING}, RecoveryState.FENCING, {'b'}),
        ):
            with self.subTest(other=other, state=state):
                older = dataclasses.replace(self.OLDER, state=state)
                found = self.wait(
                    ('b', {}), ('a', there | other), active=(self.MINE, older)
                )
                self.assertEqual(expected, found)

    def test_of_two_hosts_one_goes_first_whoever_decides(self):
        younger = dataclasses.replace(self.OLDER, requested_at=data.at(9))
        there = {'recovery': 'r0', 'source': 'h0', 'priority': 1000}
        found = self.wait(('b', {}), ('a', there), active=(self.MINE, younger))
        self.assertEqual(set(), found)

    def test_only_strict_groups_with_a_member_here(self):
        for policy, members, expected in (
            ('anti-affinity', 'ab', {'a', 'b'}),
            ('anti-affinity', 'bc', set()),
            ('soft-anti-affinity', 'ab', set()),
            ('affinity', 'ab', set()),
        ):
            found = server_groups.apart([group(policy, *members)], {'a'})
            self.assertEqual(expected, set(found))

    def test_who_is_stranded(self):
        for policy, members, left, expected in (
            ('affinity', 'ab', 'abx', {'a', 'b'}),
            ('affinity', 'ab', 'a', set()),  # the other is elsewhere
            ('affinity', 'a', 'a', {'a'}),  # it counts itself
            ('soft-affinity', 'ab', 'ab', set()),
            ('anti-affinity', 'ab', 'ab', set()),
        ):
            found = server_groups.stranded([group(policy, *members)], left)
            self.assertEqual(expected, set(found))

    def test_what_to_do_is_said(self):
        words = server_groups.in_words(group('affinity', 'a', 'b'))
        self.assertIn('openstack server group delete g1', words)
