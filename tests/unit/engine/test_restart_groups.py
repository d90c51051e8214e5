# SPDX-License-Identifier: Apache-2.0
"""Restart groups in the simulated world: in order, stuck, over two hosts."""

import types

from nova_ha.recovery import errors
from nova_ha.recovery.model import Decision
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.wire import Fault
from tests.simulator.world import NOVA_AWAY
from tests.unit.engine.base import WorldTest

THREE = {
    'db': {'ready': {'tcp': 5432}, 'timeout': 300},
    'app': {'after': ['db'], 'ready': {'delay': 20}},
    'web': {'after': ['app']},
}


def no_wait(group):
    return f', so {group} need not wait for it'


class GroupsTest(WorldTest):
    SETTINGS = types.MappingProxyType({'timeout': 120.0})

    def groups(self, mapping, host='h1', **instances):
        """Boot instances of these groups, the last group's first."""
        self.world.policy.describe(mapping)
        for group in reversed(mapping):
            for number in range(instances.get(group, 0)):
                self.boot(f'{group}{number}', host, group=group)

    def boot(self, name, host='h1', **decision):
        self.world.policy.decisions[name] = Decision(**decision)
        return self.world.nova.boot(host, name=name)

    def fenced(self, *hosts):
        self.world.start()
        self.world.run(5)
        for host in hosts or ['h1']:
            self.world.lose(host)
        for host in hosts or ['h1']:
            self.world.fence(host)

    def asked_at(self, name):
        """When nova was first asked, in seconds."""
        return self.world.ledger.acts_of('evacuate', f'uuid-{name}')[0]

    def arrived_at(self, name):
        return self.world.nova.started[f'uuid-{name}']

    def lines(self, name, host='h1'):
        uuid = self.world.recovery(host).uuid
        events = self.world.storage.store.events(uuid)
        return [e.message for e in events if e.name == name]


class RestartGroupsTest(GroupsTest):
    def test_three_groups_in_order(self):
        self.groups(THREE, db=2, app=3, web=2)
        self.boot('loner')
        self.fenced()
        self.world.until_state('h1', S.EVACUATED)
        db = [self.arrived_at(f'db{n}') for n in range(2)]
        app = [self.asked_at(f'app{n}') for n in range(3)]
        web = [self.asked_at(f'web{n}') for n in range(2)]
        # Each gate is passed before what comes after it is asked for, and
        # not much later.
        self.assertGreaterEqual(min(app), max(db) + self.world.probe.takes)
        self.assertLess(max(app), max(db) + self.world.probe.takes + 6)
        arrived = max(self.arrived_at(f'app{n}') for n in range(3))
        self.assertGreaterEqual(min(web), arrived + 20)
        self.assertLess(max(web), arrived + 26)
        self.assertLess(self.asked_at('loner'), min(app))
        self.assertEqual(
            [
                f'db: TCP port 5432 answers{no_wait("app")}',
                f'app: 20 s after the last is active{no_wait("web")}',
            ],
            self.lines('group_up'),
        )
        self.assertEqual([], self.lines('group_overdue'))

    def test_what_is_waited_for_is_seen(self):
        self.groups(THREE, db=1, app=1)
        self.world.probe.takes = 30.0
        self.fenced()
        self.world.run(10)
        self.assertEqual(
            'waits for restart group db', self.world.recovery('h1').message
        )
        self.world.until_state('h1', S.EVACUATED)

    def test_greater_priority_first(self):
        for name, priority in (('low', 1), ('mid', 500), ('top', 1000)):
            self.boot(name, priority=priority)
        self.fenced()
        self.world.until_state('h1', S.EVACUATED)
        acts = self.world.ledger.acts
        order = [on for _at, what, on in acts if what == 'evacuate']
        self.assertEqual(['uuid-top', 'uuid-mid', 'uuid-low'], order)

    def test_a_port_that_never_answers_holds_only_for_its_time(self):
        self.groups(THREE, db=1, app=1)
        self.world.probe.deaf = {'db0'}
        self.fenced()
        self.world.until_state('h1', S.EVACUATED, 400)
        waited = self.asked_at('app0') - self.asked_at('db0')
        self.assertGreaterEqual(waited, 299)
        self.assertLess(waited, 306)
        (line,) = self.lines('group_overdue')
        self.assertIn('db0 does not answer on port 5432', line)
        self.assertIn('after 300 s; app waits no longer', line)
        self.assert_alarmed('restart group db')
        # A port is tried every few seconds, not at every tick.
        self.assertLess(len(self.world.probe.tried), 2 * 300)

    def test_one_that_failed_holds_only_for_its_time(self):
        self.groups({'db': {'timeout': 90}, 'app': {'after': ['db']}}, db=1)
        self.boot('app0', group='app')
        self.world.nova.failing = {'h2', 'h3'}
        self.fenced()
        self.world.until(lambda: self.lines('group_stuck'))
        self.assert_alarmed('db0 failed: spawn failed')
        self.world.nova.failing.clear()
        self.world.until_state('h1', S.EVACUATION_FAILED, 200)
        self.assert_rows({'app0': 'succeeded', 'db0': 'failed'})
        waited = self.asked_at('app0') - self.asked_at('db0')
        self.assertTrue(88 < waited < 96, waited)

    def test_without_the_others_there_is_nothing_to_wait_for(self):
        self.groups(THREE, web=1)
        self.fenced()
        self.world.until_state('h1', S.EVACUATED, 10)

    def test_a_member_that_is_left_here_is_no_member(self):
        self.groups(THREE, app=1)
        self.boot('db0', group='db', evacuate=False)
        self.fenced()
        self.world.until_state('h1', S.EVACUATED, 10)

    def test_a_crash_in_the_middle_keeps_the_order_and_the_time(self):
        self.groups(THREE, db=1, app=1)
        self.world.probe.deaf = {'db0'}
        self.fenced()
        self.world.run(100)
        self.world.restart()
        self.world.until_state('h1', S.EVACUATED, 400)
        waited = self.asked_at('app0') - self.asked_at('db0')
        self.assertTrue(299 <= waited < 306, waited)
        self.assertEqual(1, len(self.lines('group_overdue')))

    def test_a_member_of_another_host_counts(self):
        self.groups(THREE, app=1)
        self.boot('db0', 'h2', group='db')
        self.fenced('h1', 'h2')
        self.world.until_state('h1', S.EVACUATED, 200)
        ready = self.arrived_at('db0') + self.world.probe.takes
        self.assertGreaterEqual(self.asked_at('app0'), ready)
        self.assertLess(self.asked_at('app0'), ready + 6)

    def test_a_host_that_cannot_be_fenced_is_not_waited_for(self):
        self.groups(THREE, app=1)
        self.boot('db0', 'h2', group='db')
        self.world.hosts['h2'].bmc = 'auth'
        self.world.start()
        self.world.run(5)
        with self.assertRaises(errors.PowerError):
            self.world.fence('h2')
        self.world.lose('h1')
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATED, 20)

    def test_nova_and_the_probe_away_for_a_while(self):
        self.groups(THREE, db=1, app=1)
        self.fenced()
        self.world.until(lambda: 'uuid-db0' in self.world.nova.started)
        self.world.faults.add(
            Fault('compute', 'instance', error=NOVA_AWAY, times=4)
        )
        self.world.until_state('h1', S.EVACUATED, 200)
        self.assertLess(self.arrived_at('db0'), self.asked_at('app0'))

    def test_nothing_more_is_asked_of_the_store_without_groups(self):
        for number in range(4):
            self.boot(f'vm{number}')
        self.boot('other', 'h2')
        self.fenced('h1', 'h2')
        self.world.until_state('h1', S.EVACUATED)
        self.world.until_state('h2', S.EVACUATED)
        self.assertNotIn(('store', 'related'), self.world.faults.calls)
        self.assertNotIn(('probe', 'tcp'), self.world.faults.calls)
