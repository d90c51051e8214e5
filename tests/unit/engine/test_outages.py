# SPDX-License-Identifier: Apache-2.0
"""Nova away, the store away, the daemon killed: the same end."""

import itertools

from nova_ha.recovery import errors
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.daemon import AnswerLost
from tests.simulator.wire import AFTER
from tests.simulator.wire import BEFORE
from tests.simulator.wire import Fault
from tests.simulator.world import NOVA_AWAY
from tests.unit.engine.base import WorldTest


class NovaAwayTest(WorldTest):
    def test_ten_minutes_while_it_is_to_be_told(self):
        self.given()
        fault = self.world.nova_away()
        self.world.fence('h1')
        self.world.run(600)
        self.assert_state(S.FORCING_DOWN)
        self.assert_alarmed('nova is not told yet')
        self.world.back(fault)
        before = self.world.timeline.monotonic()
        self.world.until_state('h1', S.EVACUATING, 10)
        self.assertLess(self.world.timeline.monotonic() - before, 6)
        self.world.until_state('h1', S.EVACUATED)

    def test_two_hours_in_the_middle_of_the_evacuations(self):
        self.world.nova.spawn_takes = 5.0
        self.lost_and_fenced(8)
        self.world.run(2)
        fault = self.world.nova_away()
        self.world.run(7200)
        self.assert_alarmed('nothing goes on')
        self.world.back(fault)
        self.world.until_state('h1', S.EVACUATED, 300)

    def test_evacuate_alone_is_never_answered(self):
        self.given()
        self.world.daemon.settings = self.world.settings.__class__(
            owner='c1', timeout=120.0
        )
        fault = self.world.faults.add(
            Fault('compute', 'evacuate', error=NOVA_AWAY, times=10**6)
        )
        self.world.fence('h1')
        self.world.run(200)
        self.assert_state(S.EVACUATING)
        self.assert_alarmed('no evacuation has ended')
        self.world.back(fault)
        self.world.until_state('h1', S.EVACUATED)

    def test_the_lost_answer_to_the_force_down(self):
        self.world.faults.add(
            Fault('compute', 'force_down', when=AFTER, error=NOVA_AWAY)
        )
        self.evacuated()
        # Our own mark is not taken for the operator's.
        self.assertFalse(self.world.recovery('h1').service_before.disabled)

    def test_nova_still_calls_it_up(self):
        self.given()
        forced = self.world.nova.force_down
        calls = itertools.count()

        def ignored_once(service, before, mark, proof):
            if next(calls) == 0:
                return service
            return forced(service, before, mark, proof)

        self.world.nova.force_down = ignored_once
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATED)

    def test_a_host_nova_does_not_know(self):
        self.given()
        service = self.world.nova.services.pop('h1')
        self.world.fence('h1')
        self.world.run(90)
        self.assert_state(S.FORCING_DOWN)
        self.assert_alarmed('no nova-compute')
        self.world.nova.services['h1'] = service
        self.world.until_state('h1', S.EVACUATED)


class StoreAwayTest(WorldTest):
    def test_fenced_into_the_spool_then_taken_in(self):
        self.given()
        fault = self.world.store_away()
        fenced = self.world.fence('h1')
        self.assertIsNone(fenced.recovery)
        self.world.run(30)
        self.assertEqual([], self.world.storage.store.recoveries())
        self.world.back(fault)
        self.world.until(self.world.storage.store.recoveries)
        recovery = self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(fenced.proof, recovery.off_proof)
        self.assertEqual([], self.world.storage.spool.entries())

    def test_a_restart_in_between_loses_nothing(self):
        self.given()
        fault = self.world.store_away()
        self.world.fence('h1')
        self.world.restart()
        self.world.run(10)
        self.world.back(fault)
        self.world.until(self.world.storage.store.recoveries)
        self.world.until_state('h1', S.EVACUATED)

    def test_asked_three_times_is_one_incident(self):
        self.given()
        fault = self.world.store_away()
        for _ in range(3):
            self.world.fence('h1')
            self.world.run(5)
        self.assertEqual(3, len(self.world.storage.spool.entries()))
        self.world.back(fault)
        self.world.until(lambda: not self.world.storage.spool.entries())
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(1, len(self.world.storage.store.recoveries()))
        self.assertNotIn('off_lost', self.world.history('h1'))

    def test_a_host_on_again_is_not_told_down(self):
        self.given()
        fault = self.world.store_away()
        self.world.fence('h1')
        self.world.power_on('h1')
        self.world.back(fault)
        self.world.run(60)
        self.assertEqual([], self.world.storage.store.recoveries())
        self.assertEqual([], self.world.ledger.acts_of('force_down'))
        # It is fenced again: the old record is of the past.
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATED)
        self.world.run(5)
        self.assertEqual([], self.world.storage.spool.entries())

    def test_power_not_readable_waits(self):
        self.given()
        fault = self.world.store_away()
        self.world.fence('h1')
        self.world.hosts['h1'].bmc = 'auth'
        self.world.back(fault)
        self.world.run(30)
        self.assertEqual(1, len(self.world.storage.spool.entries()))
        self.world.hosts['h1'].bmc = 'ok'
        self.world.until(self.world.storage.store.recoveries)

    def test_taken_in_but_not_removed(self):
        self.given()
        fault = self.world.store_away()
        self.world.fence('h1')
        self.world.back(fault)
        self.world.faults.add(Fault('spool', 'remove', crash=True))
        self.world.until(lambda: not self.world.daemon.process.alive)
        self.assertEqual(1, len(self.world.storage.spool.entries()))
        self.world.start()
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual([], self.world.storage.spool.entries())
        self.assertEqual(1, self.world.history('h1').count('off_verified'))

    def test_an_old_record_never_takes_a_newer_proofs_place(self):
        self.given()
        self.world.nova.spawn_takes = 60.0
        fault = self.world.store_away()
        self.world.fence('h1')
        self.world.back(fault)
        newer = self.world.fence('h1')
        self.world.until(lambda: not self.world.storage.spool.entries())
        self.assertEqual(
            newer.proof.verified_at,
            self.world.recovery('h1').off_proof.verified_at,
        )
        self.world.until_state('h1', S.EVACUATED, 300)

    def test_away_in_the_middle_of_the_evacuations(self):
        self.world.nova.spawn_takes = 5.0
        self.lost_and_fenced(8)
        self.world.run(2)
        fault = self.world.store_away()
        self.world.run(120)
        self.world.back(fault)
        self.world.until_state('h1', S.EVACUATED, 300)

    def test_a_spool_in_trouble_stops_no_recovery(self):
        self.given()
        self.world.faults.add(
            Fault(
                'spool',
                'entries',
                error=errors.StoreUnavailable('no such disk'),
                times=10**6,
            )
        )
        self.world.fence('h1')
        self.world.restart()
        self.world.until_state('h1', S.EVACUATED)

    def test_the_lease_cannot_be_given_back(self):
        self.given()
        self.world.faults.add(
            Fault('store', 'note', error=errors.StoreUnavailable('away'))
        )
        fenced = self.world.fence('h1')
        self.world.daemon.engine.intake.answered(fenced.recovery)
        self.world.run(1)
        self.assertNotIn('fence_answered', self.world.history('h1'))
        self.world.daemon.engine.intake.answered(fenced.recovery)
        self.world.run(1)
        self.assertIn('fence_answered', self.world.history('h1'))


class CrashTest(WorldTest):
    """Killed at every call of a recovery, one after another."""

    def recover(self, fault):
        world = self.world
        for _ in range(5):
            world.nova.boot('h1')
        world.nova.boot('h1', 'stopped', name='off')
        world.start()
        world.run(3)
        world.lose('h1')
        if fault is not None:
            world.faults.add(fault)
        self.keep_alive()
        self.ask_until_fenced()
        world.until_state('h1', S.EVACUATED, 300)
        world.power_on('h1')
        world.until_state('h1', S.COMPLETED, 300)

    def keep_alive(self):
        """As systemd does."""
        if not self.world.daemon.process.alive:
            self.world.start()
        self.world.timeline.after(1.0, self.keep_alive)

    def ask_until_fenced(self):
        """As Pacemaker does."""
        for _ in range(10):
            try:
                return self.world.fence('h1')
            except (AnswerLost, errors.RecoveryError):
                self.world.run(2)
        raise AssertionError('never fenced')

    def end(self):
        world = self.world
        servers = sorted(
            (s.name, s.vm_state, s.host != 'h1')
            for s in world.nova.servers.values()
        )
        service = world.nova.services['h1']
        return servers, service.disabled, service.forced_down

    def test_killed_at_every_call(self):
        self.recover(None)
        expected = self.end()
        calls = dict(self.world.faults.calls)
        died = 0
        for (port, method), count in sorted(calls.items()):
            for number in sorted({1, count // 2 + 1}):
                for when in (BEFORE, AFTER):
                    self._killed_at(port, method, number, when, expected)
                    died += len(self.world.starts) > 1
        self.assertLess(60, died)

    def _killed_at(self, port, method, number, when, expected):
        with self.subTest(f'{when} call {number} of {port}.{method}'):
            self.world.close()
            self.world = type(self.world)(self.HOSTS)
            self.addCleanup(self.world.close)
            calls = itertools.count(1)
            self.recover(
                Fault(
                    port,
                    method,
                    when=when,
                    crash=True,
                    only=lambda *_a: next(calls) == number,
                )
            )
            self.assertEqual(expected, self.end())
            self.assert_promises_kept()
            for name in self.world.nova.servers:
                self.assertLessEqual(
                    1, len(self.world.ledger.acts_of('evacuate', name))
                )
