# SPDX-License-Identifier: Apache-2.0
"""Nova's server groups in the simulated world."""

import types

from nova_ha.recovery.model import ServerGroup
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.wire import Fault
from tests.simulator.world import NOVA_AWAY
from tests.unit.engine.base import WorldTest


class ServerGroupsTest(WorldTest):
    HOSTS = 4
    SETTINGS = types.MappingProxyType({'timeout': 120.0})

    def group(self, policy, *names, host='h1'):
        for name in names:
            if f'uuid-{name}' not in self.world.nova.servers:
                self.world.nova.boot(host, name=name)
        members = frozenset(f'uuid-{name}' for name in names)
        self.world.nova.groups.append(
            ServerGroup(f'id-{policy}', policy, policy, members)
        )

    def fenced(self, *hosts):
        self.world.start()
        self.world.run(5)
        for host in hosts or ['h1']:
            self.world.lose(host)
        for host in hosts or ['h1']:
            self.world.fence(host)

    def hosts_of(self, *names):
        return [self.world.nova.servers[f'uuid-{n}'].host for n in names]

    def late_checks(self):
        return self.world.ledger.acts_of('late_check')

    def test_kept_apart_one_after_the_other(self):
        self.group('anti-affinity', 'a', 'b', 'c')
        for number in range(4):
            self.world.nova.boot('h1', name=f'vm{number}')
        self.fenced()
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual([], self.late_checks())
        self.assertEqual(3, len(set(self.hosts_of('a', 'b', 'c'))))
        for name in ('a', 'b', 'c'):
            self.assertEqual(1, self.world.rows('h1')[name].attempts)

    def test_without_that_nova_refuses_them(self):
        """The simulator's nova does race, as the real one."""
        self.group('anti-affinity', 'a', 'b', 'c')
        self.world.faults.add(
            Fault('compute', 'server_groups', error=NOVA_AWAY, times=99)
        )
        self.world.nova.full = {'h3', 'h4'}
        self.fenced()
        self.world.until(self.late_checks)
        self.world.nova.full.clear()
        self.world.until_state('h1', S.EVACUATED)

    def test_two_hosts_at_once(self):
        for name, host in (('a', 'h1'), ('b', 'h2')):
            self.world.nova.boot(host, name=name)
            self.world.nova.boot(host)
        self.group('anti-affinity', 'a', 'b')
        self.fenced('h1', 'h2')
        for host in ('h1', 'h2'):
            self.world.until_state(host, S.EVACUATED)
        self.assertEqual([], self.late_checks())
        self.assertEqual({'h3', 'h4'}, set(self.hosts_of('a', 'b')))

    def test_one_of_them_that_does_not_end_holds_nobody_for_ever(self):
        self.group('anti-affinity', 'a', 'b')
        self.world.nova.spawn_takes = 1000.0
        self.fenced()
        self.world.until_state('h1', S.EVACUATION_FAILED, 400)
        self.assert_rows({'a': 'failed', 'b': 'failed'})

    def test_listed_once_and_only_where_it_matters(self):
        for instances, expected in ((0, None), (1, None), (6, 1)):
            with self.subTest(instances):
                self.world.close()
                self.setUp()
                self.given(instances)
                self.world.lose('h1')
                self.world.fence('h1')
                self.world.until_state('h1', S.EVACUATED)
                calls = self.world.faults.calls
                found = calls.get(('compute', 'server_groups'))
                self.assertEqual(expected, found)

    def test_the_first_does_not_wait_for_the_list(self):
        for number in range(6):
            self.world.nova.boot('h1', name=f'vm{number}')
        self.world.faults.add(Fault('compute', 'server_groups', delay=3.0))
        self.fenced()
        self.world.until_state('h1', S.EVACUATED)
        asked = sorted(self.world.ledger.acts_of('evacuate'))
        (down,) = self.world.ledger.acts_of('force_down')
        self.assertLess(asked[0] - down, 0.5)
        self.assertGreater(asked[1] - asked[0], 0.4)

    def test_a_nova_that_hangs_over_the_list_holds_nobody_for_long(self):
        for number in range(6):
            self.world.nova.boot('h1', name=f'vm{number}')
        self.world.faults.add(Fault('compute', 'server_groups', delay=90.0))
        self.fenced()
        self.world.until_state('h1', S.EVACUATED, 30)

    def test_strict_affinity_is_told_with_what_to_do(self):
        self.group('affinity', 'a', 'b')
        self.fenced()
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.assertIn('affinity_stranded', self.world.history('h1'))
        message = self.world.rows('h1')['a'].message
        self.assertIn('No valid host', message)
        self.assertIn('openstack server group delete id-affinity', message)
        # The operator does that, and retries.
        self.world.nova.groups.clear()
        self.world.run(5)
        uuid = self.world.recovery('h1').uuid
        self.world.daemon.engine.operator.retry(uuid, 'me')
        self.world.until_state('h1', S.EVACUATED)

    def test_affinity_with_one_elsewhere_goes_there(self):
        self.world.nova.boot('h3', name='c')
        self.group('affinity', 'a', 'b', 'c')
        self.fenced()
        self.world.nova.groups[:] = [
            ServerGroup('g', 'g', 'affinity', frozenset({'uuid-a', 'uuid-c'}))
        ]
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(['h3'], self.hosts_of('a'))
        self.assertNotIn('affinity_stranded', self.world.history('h1'))
