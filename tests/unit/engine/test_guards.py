# SPDX-License-Identifier: Apache-2.0
"""Guards hold evacuations back, never a power-off."""

import dataclasses
import types

from nova_ha.recovery.guards import GuardLimits
from nova_ha.recovery.model import Aggregate
from nova_ha.recovery.states import RecoveryState as S
from nova_ha.recovery.storm import StormLimits
from tests.simulator.wire import Fault
from tests.simulator.world import NOVA_AWAY
from tests.unit.engine.base import WorldTest


class QueueTest(WorldTest):
    HOSTS = 6
    SETTINGS = types.MappingProxyType(
        {'guards': GuardLimits(hosts_at_a_time=1)}
    )

    def setUp(self):
        super().setUp()
        for host in ('h1', 'h2', 'h3'):
            for number in range(3):
                self.world.nova.boot(host, name=f'{host}-{number}')
        self.world.nova.spawn_takes = 5.0
        self.world.start()
        self.world.run(3)

    def states(self):
        return [self.world.recovery(h).state for h in ('h1', 'h2', 'h3')]

    def test_one_after_another(self):
        for host in ('h1', 'h2', 'h3'):
            before = self.world.timeline.monotonic()
            self.world.fence(host)
            self.assertLess(self.world.timeline.monotonic() - before, 0.5)
        self.world.run(1)
        self.assertEqual([S.EVACUATING, S.HELD, S.HELD], self.states())
        self.assert_alarmed('queue: 1 hosts', 'h2')
        for host in ('h2', 'h3'):
            self.assertTrue(self.world.nova.services[host].forced_down)
        self.world.until_state('h1', S.EVACUATED)
        self.world.until_state('h2', S.EVACUATING)
        self.assert_state(S.HELD, 'h3')
        self.world.until_state('h3', S.EVACUATED)

    def test_never_more_at_once_than_allowed(self):
        """All of them are forced down at the same moment."""
        fault = self.world.nova_away()
        for host in ('h1', 'h2', 'h3'):
            self.world.fence(host)
        self.world.back(fault)
        most = 0
        for _ in range(400):
            self.world.run(0.25)
            most = max(most, self.states().count(S.EVACUATING))
        self.assertEqual(1, most)
        self.assertEqual([S.EVACUATED] * 3, self.states())

    def test_an_operator_overrules(self):
        self.world.fence('h1')
        self.world.fence('h2')
        uuid = self.world.until_state('h2', S.HELD).uuid
        self.world.daemon.engine.operator.release(uuid, 'me')
        self.world.run(0.5)
        self.assert_state(S.EVACUATING, 'h2')

    def test_held_is_watched(self):
        self.world.fence('h1')
        self.world.fence('h2')
        self.world.until_state('h2', S.HELD)
        self.world.hosts['h2'].switch_on()
        self.world.until(lambda: not self.world.hosts['h2'].on)
        self.world.until_state('h2', S.EVACUATED)

    def test_held_survives_a_restart(self):
        self.world.fence('h1')
        self.world.fence('h2')
        self.world.until_state('h2', S.HELD)
        self.world.restart()
        self.world.until_state('h2', S.EVACUATED)


class GuardTest(WorldTest):
    """Four hosts, two instances on each."""

    HOSTS = 4
    LIMITS = GuardLimits()

    def setUp(self):
        super().setUp()
        self.world.settings = dataclasses.replace(
            self.world.settings, guards=self.LIMITS
        )
        for host in self.world.hosts:
            for number in range(2):
                self.world.nova.boot(host, name=f'{host}-{number}')
        self.world.start()
        self.world.run(5)

    def limit(self, **changes):
        """As a SIGHUP does."""
        settings = self.world.daemon.settings
        self.world.daemon.settings = dataclasses.replace(
            settings, guards=dataclasses.replace(settings.guards, **changes)
        )

    def states(self, *hosts):
        return [self.world.recovery(h).state for h in hosts]

    def set_mode(self, mode, reason='a drill'):
        self.world.daemon.engine.modes.set(mode, 'root', reason)

    def act(self, verb, host):
        operator = self.world.daemon.engine.operator
        getattr(operator, verb)(self.world.recovery(host).uuid, 'root')

    def fence(self, *hosts):
        """Fence dead hosts; each is answered at once."""
        for host in hosts:
            self.world.lose(host)
            before = self.world.timeline.monotonic()
            self.world.fence(host)
            self.assertLess(self.world.timeline.monotonic() - before, 0.5)

    def asks(self):
        return len(self.world.ledger.acts_of('evacuate'))

    def assert_off_and_forced_down(self, *hosts):
        for host in hosts:
            self.assertFalse(self.world.hosts[host].on)
            self.assertTrue(self.world.nova.services[host].forced_down)


class StormTest(GuardTest):
    """Three of four hosts are lost, one after the other."""

    LIMITS = GuardLimits(storm=StormLimits(percent=50.0, cooldown=30.0))

    def storm(self):
        self.world.nova.spawn_takes = 3.0
        self.fence('h1')
        self.world.run(0.2)
        self.fence('h2', 'h3')
        self.world.run(12)

    def test_all_are_held_and_released_by_an_operator(self):
        self.storm()
        self.assertEqual([S.HELD] * 3, self.states('h1', 'h2', 'h3'))
        self.assert_off_and_forced_down('h1', 'h2', 'h3')
        asked = self.asks()
        self.assertLessEqual(asked, 4)
        for host in ('h1', 'h2', 'h3'):
            self.assert_alarmed('storm: 3 of the 4 hosts', host)
            self.assertIn('release', self.world.recovery(host).message)
        self.world.run(900)
        self.assertEqual(asked, self.asks())
        for host in ('h1', 'h2', 'h3'):
            self.act('release', host)
        for host in ('h1', 'h2', 'h3'):
            self.world.until_state(host, S.EVACUATED)

    def test_what_is_under_way_is_seen_to_its_end(self):
        self.world.nova.spawn_takes = 3.0
        self.world.nova.full.update(('h2', 'h3'))
        self.fence('h1')
        self.world.until(lambda: self.asks() == 2)
        self.fence('h2', 'h3')
        self.world.until_state('h1', S.EVACUATED)
        self.assert_rows({'h1-0': 'succeeded', 'h1-1': 'succeeded'})
        self.assertEqual([S.HELD] * 2, self.states('h2', 'h3'))

    def test_no_further_instance_is_asked_for(self):
        """The first host is being evacuated when the others fail."""
        self.world.daemon.settings = dataclasses.replace(
            self.world.daemon.settings, window=1
        )
        self.world.nova.spawn_takes = 5.0
        self.world.nova.full.update(('h2', 'h3'))
        self.fence('h1')
        self.world.until(lambda: self.asks() == 1)
        self.fence('h2', 'h3')
        self.world.run(2)
        self.assertEqual(S.EVACUATING, self.world.recovery('h1').state)
        self.assert_alarmed('storm', 'h1')
        self.world.until_state('h1', S.HELD)
        self.assertEqual(1, self.asks())
        self.assert_rows({'h1-0': 'succeeded', 'h1-1': 'pending'})
        self.act('release', 'h1')
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(2, self.asks())

    def test_a_release_before_it_is_held(self):
        """The operator knows, and says so while h1 still evacuates."""
        self.world.daemon.settings = dataclasses.replace(
            self.world.daemon.settings, window=1
        )
        self.world.nova.spawn_takes = 5.0
        self.fence('h1')
        self.world.until(lambda: self.asks() == 1)
        self.act('release', 'h1')
        self.fence('h2', 'h3')
        self.world.until_state('h1', S.EVACUATED)
        self.assertIn('released_by_root', self.world.history('h1'))

    def test_it_survives_a_restart(self):
        self.storm()
        self.world.restart()
        self.world.run(60)
        self.assertEqual([S.HELD] * 3, self.states('h1', 'h2', 'h3'))
        self.act('release', 'h3')
        self.world.restart()
        self.world.until_state('h3', S.EVACUATED)
        self.assertEqual([S.HELD] * 2, self.states('h1', 'h2'))

    def test_a_limit_that_is_lifted_lets_go_after_the_cool_down(self):
        self.storm()
        self.limit(storm=StormLimits(percent=80.0, cooldown=30.0))
        self.world.run(20)
        self.assertEqual([S.HELD] * 3, self.states('h1', 'h2', 'h3'))
        self.assertIn('sane again', self.world.recovery('h1').message)
        for host in ('h1', 'h2', 'h3'):
            self.world.until_state(host, S.EVACUATED)

    def test_nothing_is_asked_of_nova_between_off_and_evacuating(self):
        """The census goes on beside, and is not waited for."""
        slow = Fault('compute', 'all_services', delay=60.0, times=10**6)
        self.world.faults.add(slow)
        self.world.run(60)
        self.fence('h1')
        self.world.until_state('h1', S.EVACUATING, 1.0)

    def test_forced_down_by_an_operator_counts(self):
        for host in ('h3', 'h4'):
            self.world.nova.operator_forces_down(host)
        self.world.run(31)
        self.fence('h1')
        self.world.until_state('h1', S.HELD)
        self.world.nova.operator_forces_up('h4')
        self.world.until_state('h1', S.EVACUATED)


class StormOfManyTest(GuardTest):
    """More hosts within a while than may."""

    HOSTS = 6
    LIMITS = GuardLimits(
        storm=StormLimits(hosts=2, window=120.0, cooldown=30.0)
    )

    def test_released_by_themselves_when_no_more_fail(self):
        self.world.nova.spawn_takes = 30.0
        self.world.daemon.settings = dataclasses.replace(
            self.world.daemon.settings, window=1
        )
        hosts = ('h1', 'h2', 'h3', 'h4')
        self.fence(*hosts)
        self.world.run(40)
        self.assertEqual([S.HELD] * 4, self.states(*hosts))
        most = 0
        for _ in range(800):
            self.world.run(1)
            most = max(most, self.states(*hosts).count(S.EVACUATING))
        self.assertEqual(2, most)
        self.assertEqual([S.EVACUATED] * 4, self.states(*hosts))
        uuid = self.world.recovery('h4').uuid
        self.assertTrue(self.world.notices.alarmed(uuid, 'storm: '))

    def test_in_an_aggregate_only(self):
        self.limit(storm=StormLimits(group_hosts=1))
        self.world.nova.host_aggregates = [
            Aggregate(1, 'rack1', '', frozenset({'h1', 'h2'}))
        ]
        for host in self.world.hosts:
            self.world.nova.zones[host] = f'zone-{host}'
        self.world.run(31)
        self.fence('h1', 'h2', 'h3')
        self.world.until_state('h3', S.EVACUATED)
        self.world.run(5)
        self.assertIn(S.HELD, self.states('h1', 'h2'))
        self.assert_alarmed('aggregate rack1', 'h2')


class GraceTest(GuardTest):
    LIMITS = GuardLimits(start_grace=60.0)

    def test_held_until_it_is_over(self):
        self.fence('h1')
        self.world.until_state('h1', S.HELD)
        self.assert_off_and_forced_down('h1')
        self.assert_alarmed('grace: ')
        self.world.run(40)
        self.assert_state(S.HELD)
        self.world.until_state('h1', S.EVACUATED, 30)

    def test_what_began_before_a_restart_goes_on(self):
        self.world.run(60)
        self.world.nova.spawn_takes = 20.0
        self.fence('h1')
        self.world.until_state('h1', S.EVACUATING)
        self.world.restart()
        self.world.until_state('h1', S.EVACUATED, 40)
        self.assertNotIn('guard_held', self.world.history('h1'))

    def test_fenced_before_a_restart_goes_on(self):
        fault = self.world.nova_away()
        self.fence('h1')
        self.world.restart()
        self.world.back(fault)
        self.world.until_state('h1', S.EVACUATED, 20)


class ControlPlaneTest(GuardTest):
    def test_no_scheduler(self):
        self.world.nova.silent.add('nova-scheduler')
        self.world.run(31)
        self.fence('h1')
        self.world.until_state('h1', S.HELD)
        self.assert_off_and_forced_down('h1')
        self.assert_alarmed('no nova-scheduler is up')
        self.world.run(300)
        self.assertEqual(0, self.asks())
        self.world.nova.silent.clear()
        self.world.until_state('h1', S.EVACUATED, 30)
        self.assertEqual(
            {1}, {row.attempts for row in self.world.rows('h1').values()}
        )

    def test_lost_in_the_middle_burns_no_attempts(self):
        """Nova ends with "no valid host" what it cannot schedule."""
        self.world.nova.full.update(self.world.hosts)
        self.world.nova.schedule_takes = 12.0
        self.fence('h1')
        self.world.until(lambda: self.asks() == 2)
        self.world.nova.silent.add('nova-conductor')
        self.world.until_state('h1', S.HELD, 60)
        for row in self.world.rows('h1').values():
            self.assertEqual(('pending', 0), (row.state.value, row.attempts))
        self.world.nova.full.clear()
        self.world.nova.silent.clear()
        self.world.until_state('h1', S.EVACUATED)

    def test_nova_says_nothing(self):
        """Fail-open: it will answer the evacuations itself, or not."""
        self.world.faults.add(
            Fault('compute', 'all_services', error=NOVA_AWAY, times=10**6)
        )
        self.fence('h1')
        self.world.until_state('h1', S.EVACUATED)
