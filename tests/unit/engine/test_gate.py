# SPDX-License-Identifier: Apache-2.0
"""The gate: a host that comes back waits, and is let in when it may."""

from nova_ha.recovery import errors
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator import records
from tests.simulator.wire import AFTER
from tests.simulator.wire import BEFORE
from tests.simulator.wire import Fault
from tests.unit.engine.base import ClusterTest


class GateTest(ClusterTest):
    def test_from_the_loss_to_the_end(self):
        self.lost_and_evacuated(4)
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)
        self.until_open()
        self.assert_serves()
        self.assertEqual([], self.world.notices.alarms)
        self.assertEqual(1, len(self.world.ledger.acts_of('power_off')))

    def test_asked_for_at_once(self):
        self.given()
        self.world.hosts['h1'].off_takes = 3.0
        self.world.timeline.after(0.0, lambda: self.world.fence('h1'))
        self.world.run(0.5)
        self.assertIs(Gate.SHUT, self.gate())
        self.assertTrue(self.world.hosts['h1'].on)

    def test_a_dead_cluster_delays_no_answer(self):
        self.given()
        self.world.faults.add(
            Fault('cluster', 'set_gate', delay=30.0, times=9)
        )
        self.world.faults.add(Fault('cluster', 'look', delay=30.0, times=9))
        before = self.world.timeline.monotonic()
        self.world.fence('h1')
        self.assertAlmostEqual(
            before + self.world.hosts['h1'].off_takes,
            self.world.timeline.monotonic(),
            places=3,
        )
        self.world.until_state('h1', S.EVACUATED)

    def test_written_again_until_it_is_shut(self):
        self.given()
        self.world.nova.spawn_takes = 60.0
        fault = self.world.cluster_away()
        self.world.fence('h1')
        self.world.run(10)
        self.assertIs(Gate.OPEN, self.gate())
        self.world.back(fault)
        self.world.until(lambda: self.gate() is Gate.SHUT, 5)
        self.world.until(lambda: self.world.recovery('h1').sealed_at, 5)

    def test_somebody_else_opens_it(self):
        self.given()
        self.world.nova.spawn_takes = 60.0
        self.world.fence('h1')
        self.world.until(lambda: self.world.recovery('h1').sealed_at, 5)
        self.cluster.nodes['h1'].gate = Gate.OPEN
        self.world.until(lambda: self.gate() is Gate.SHUT, 5)
        self.world.until(
            lambda: self.world.history('h1').count('gate_sealed') == 2, 5
        )

    def test_shut_while_fencing_fails(self):
        self.given()
        self.world.hosts['h1'].bmc = 'dead'
        self.assertRaises(errors.PowerError, self.world.fence, 'h1', 3)
        self.world.run(10)
        self.assert_state(S.FENCE_FAILED)
        self.assertIs(Gate.SHUT, self.gate())

    def test_cancelled_opens(self):
        self.lost_and_evacuated()
        uuid = self.world.recovery('h1').uuid
        self.world.daemon.engine.operator.cancel(uuid, 'me')
        self.until_open(seconds=10)

    def test_the_end_while_the_cluster_is_away(self):
        self.lost_and_evacuated()
        refusal = self.held_in_returning()
        fault = self.world.faults.add(
            Fault(
                'cluster',
                'set_gate',
                error=errors.ClusterError('no'),
                times=10**6,
            )
        )
        self.world.back(refusal)
        self.world.until_state('h1', S.COMPLETED)
        self.world.run(30)
        self.assertIs(Gate.AJAR, self.gate())
        self.world.back(fault)
        self.until_open(seconds=5)

    def test_the_end_and_a_crash_before_the_gate_is_gone(self):
        self.lost_and_evacuated()
        refusal = self.held_in_returning()
        fault = self.world.cluster_away()
        self.world.back(refusal)
        self.world.until_state('h1', S.COMPLETED)
        self.world.restart()
        self.world.back(fault)
        self.until_open(seconds=40)
        self.assert_serves()

    def test_a_node_that_pacemaker_does_not_know(self):
        del self.cluster.nodes['h1']
        self.world.hosts['h1'].changed = lambda: None
        self.given()
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATED)
        self.world.run(30)

    def test_without_quorum_nothing_is_believed(self):
        self.given()
        self.cluster.quorate = False
        self.world.nova.spawn_takes = 60.0
        self.world.fence('h1')
        self.world.run(10)
        self.assertIsNone(self.world.recovery('h1').sealed_at)
        self.world.hosts['h1'].switch_on()
        self.world.until(lambda: 'off_lost' in self.world.history('h1'), 20)

    def test_fenced_into_the_spool(self):
        self.given()
        fault = self.world.store_away()
        self.cluster.nodes['h1'].gate = Gate.OPEN
        self.world.faults.add(
            Fault('cluster', 'set_gate', error=errors.ClusterError('no'))
        )
        self.world.fence('h1')
        self.world.until(lambda: self.gate() is Gate.SHUT, 10)
        # Somebody powers it on: it waits behind the gate.
        self.world.power_on('h1')
        self.world.run(40)
        self.assert_never_started()
        self.world.back(fault)
        self.world.until(self.world.storage.store.recoveries)
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual([], self.world.storage.spool.entries())


class EarlyReturnTest(ClusterTest):
    """Power comes on in the middle of the evacuations."""

    def early(self, after=2.0, instances=6):
        self.world.nova.spawn_takes = 20.0
        self.given(instances)
        self.world.lose('h1')
        self.world.until(self.world.storage.store.recoveries, 30)
        self.world.until_state('h1', S.EVACUATING)
        self.world.run(after)
        self.world.power_on('h1')

    def test_two_seconds_after_the_fence(self):
        self.early()
        self.world.run(20)
        self.assertTrue(self.cluster.nodes['h1'].online)
        self.world.until_state('h1', S.EVACUATED, 300)
        self.assert_never_started()
        self.assertNotIn('off_lost', self.world.history('h1'))
        self.world.until_state('h1', S.COMPLETED)
        self.until_open()
        self.assert_serves()
        self.assertEqual(1, len(self.world.ledger.acts_of('power_off')))

    def test_before_the_gate_could_be_shut(self):
        """The cluster was away: the host is kept off, as without one."""
        fault = self.world.cluster_away()
        self.given(6)
        self.world.nova.spawn_takes = 20.0
        self.world.fence('h1')
        self.world.run(1)
        self.world.power_on('h1')
        self.world.run(2)
        self.world.back(fault)
        self.world.until(lambda: 'off_lost' in self.world.history('h1'), 20)
        self.world.until_state('h1', S.EVACUATED, 300)
        self.assertEqual(2, len(self.world.ledger.acts_of('power_off')))

    def test_the_cluster_goes_away_later(self):
        self.early()
        self.world.run(5)
        self.world.cluster_away()
        self.world.until(lambda: 'off_lost' in self.world.history('h1'), 30)
        self.world.until_state('h1', S.EVACUATED, 300)

    def test_a_restart_forgets_no_seal(self):
        self.early()
        self.world.run(20)
        self.world.restart()
        self.world.until_state('h1', S.EVACUATED, 300)
        self.assertNotIn('off_lost', self.world.history('h1'))

    def test_somebody_starts_nova_compute_all_the_same(self):
        """For instance systemd, where the unit was left enabled."""
        self.early()
        self.world.until(lambda: self.cluster.nodes['h1'].online)
        self.world.hosts['h1'].computing = True
        self.cluster.nodes['h1'].compute = 'active'
        self.cluster._schedule = lambda node: None  # and it cannot be stopped
        asked = len(self.world.ledger.acts_of('evacuate'))
        self.world.until(lambda: 'off_lost' in self.world.history('h1'), 20)
        self.assertEqual(asked, len(self.world.ledger.acts_of('evacuate')))
        self.assert_alarmed('was it started by anybody but Pacemaker?')
        del self.cluster._schedule
        self.world.until_state('h1', S.EVACUATED, 300)

    def test_an_unknown_power_state_is_never_sealed(self):
        self.world.faults.add(
            Fault(
                'power',
                'power_state',
                error=errors.PowerUnreachable('no answer'),
                times=10**6,
            )
        )
        self.early()
        self.world.until_state('h1', S.EVACUATED, 300)
        self.assert_never_started()
        self.assertIsNone(self.world.recovery('h1').sealed_at)


class LiveRecordTest(ClusterTest):
    """The host is not let in while nova is still at work."""

    def with_a_record(self, **fields):
        self.lost(1)
        self.world.until_state('h1', S.EVACUATING)
        self.world.nova.boot('h2', name='other')
        record = records.Record(
            **{
                'id': 99,
                'instance': 'uuid-other',
                'source': 'h1',
                'created_at': self.world.timeline.now(),
                'target': 'h3',
                'status': records.PRE_MIGRATING,
                **fields,
            }
        )
        self.world.nova.records.append(record)
        self.world.until_state('h1', S.EVACUATED)
        self.world.power_on('h1')
        return record

    def test_it_waits_and_says_for_what(self):
        record = self.with_a_record()
        self.world.run(60)
        self.assert_state(S.EVACUATED)
        self.assertIs(Gate.SHUT, self.gate())
        message = self.world.recovery('h1').message
        self.assertIn('the gate stays shut', message)
        self.assertIn('record 99 of uuid-other (pre-migrating', message)
        self.assert_never_started()
        record.set(records.FAILED, self.world.timeline.now())
        self.world.until_state('h1', S.COMPLETED)
        self.until_open()

    def test_it_alarms_when_that_takes_long(self):
        self.with_a_record()
        self.world.run(930)
        self.assert_alarmed('the gate stays shut')

    def test_cancelling_lets_it_in(self):
        self.with_a_record()
        self.world.run(30)
        uuid = self.world.recovery('h1').uuid
        self.world.daemon.engine.operator.cancel(uuid, 'me')
        self.until_open()

    def test_a_record_whose_target_is_fenced_counts_no_more(self):
        self.with_a_record()
        self.world.run(30)
        self.assertIs(Gate.SHUT, self.gate())
        self.world.fence('h3')
        self.world.until(lambda: self.gate() is Gate.AJAR, 60)
        self.world.until_state('h1', S.COMPLETED)

    def test_nova_does_not_say(self):
        self.lost(1)
        self.world.until_state('h1', S.EVACUATING)
        fault = self.world.faults.add(
            Fault(
                'compute',
                'migrations',
                error=errors.ComputeUnavailable('no'),
                times=10**6,
                only=lambda *_a: (
                    self.world.recovery('h1').state is S.EVACUATED
                ),
            )
        )
        self.world.until_state('h1', S.EVACUATED)
        self.world.run(20)
        self.assertIs(Gate.SHUT, self.gate())
        self.world.back(fault)
        self.world.until(lambda: self.gate() is Gate.AJAR, 10)


class RestartTest(ClusterTest):
    """Pacemaker restarts nova-compute as often as nova needs."""

    def stale(self, number, instance='uuid-vm1'):
        """A record that the next start does not complete."""
        record = records.Record(
            id=100 + number,
            instance=instance,
            source='h1',
            created_at=self.world.timeline.now(),
            target='h3',
            status=records.DONE,
        )
        self.world.nova.records.append(record)

    def stops(self):
        return self.world.ledger.acts_of('gate_shut', 'h1')

    def test_three_records_of_one_instance_take_three_starts(self):
        self.lost_and_evacuated(1)
        self.stale(1)
        self.stale(2)
        shut = len(self.stops())
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED, 300)
        self.until_open()
        self.assertEqual([], self.world.left('h1'))
        self.assertEqual(2, len(self.stops()) - shut)
        self.assert_serves()

    def test_nothing_is_restarted_without_need(self):
        self.lost_and_evacuated(3)
        shut = len(self.stops())
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)
        self.assertEqual(shut, len(self.stops()))

    def test_the_message_says_who_restarts(self):
        self.lost_and_evacuated(1)
        self.stale(1)
        self.world.power_on('h1')
        self.world.until_state('h1', S.RETURNING)
        self.world.run(2)
        message = self.world.recovery('h1').message
        self.assertIn('Pacemaker is to restart nova-compute', message)

    def test_it_dies_in_the_middle_of_a_restart(self):
        self.lost_and_evacuated(1)
        self.stale(1)
        self.world.power_on('h1')
        self.world.until_state('h1', S.RETURNING)
        self.world.until(lambda: self.gate() is Gate.SHUT)
        self.world.lose('h1')
        self.world.until_state('h1', S.EVACUATED)
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED, 300)
        self.until_open()

    def test_the_cluster_is_away_in_the_middle_of_a_restart(self):
        self.lost_and_evacuated(1)
        self.stale(1)
        self.world.power_on('h1')
        self.world.until_state('h1', S.RETURNING)
        self.world.until(lambda: self.gate() is Gate.SHUT)
        fault = self.world.cluster_away()
        self.world.run(120)
        self.assert_state(S.RETURNING)
        self.world.back(fault)
        self.world.until_state('h1', S.COMPLETED, 300)
        self.until_open()

    def test_killed_at_each_point(self):
        points = (
            ('cluster', 'set_gate', BEFORE),
            ('cluster', 'set_gate', AFTER),
            ('cluster', 'look', BEFORE),
            ('compute', 'force_up', AFTER),
            ('compute', 'enable', AFTER),
            ('store', 'save', BEFORE),
            ('store', 'save', AFTER),
        )
        for number, (port, method, when) in enumerate(points * 3):
            with self.subTest(f'{when} {port}.{method} {number}'):
                self.world.close()
                self.world = type(self.world)(self.HOSTS, pacemaker=True)
                self.addCleanup(self.world.close)
                self.cluster = self.world.cluster
                self._killed_at(port, method, when, skip=number // len(points))
                self.assert_promises_kept()

    def _killed_at(self, port, method, when, skip):
        self.lost_and_evacuated(1)
        self.stale(1)
        self.world.power_on('h1')
        self.world.until_state('h1', S.RETURNING)
        count = iter(range(10**6))
        self.world.faults.add(
            Fault(
                port,
                method,
                when=when,
                crash=True,
                only=lambda *_a: next(count) == skip,
            )
        )
        for _ in range(60):
            if not self.world.daemon.process.alive:
                self.world.start()
            self.world.run(5)
        self.assert_state(S.COMPLETED)
        self.assertIs(Gate.OPEN, self.gate())
        self.assert_serves()


class RetryTest(ClusterTest):
    def some_left_behind(self):
        self.world.nova.full = {'h2', 'h3'}
        self.lost(2)
        uuid = self.world.until_state('h1', S.EVACUATION_FAILED).uuid
        self.world.nova.full.clear()
        return uuid

    def test_the_gate_is_shut_again_for_a_retry(self):
        uuid = self.some_left_behind()
        self.world.until(lambda: self.gate() is Gate.AJAR, 10)
        self.world.nova.spawn_takes = 30.0
        self.world.daemon.engine.operator.retry(uuid, 'me')
        self.world.until(lambda: self.gate() is Gate.SHUT, 10)
        self.world.until(lambda: self.world.recovery('h1').sealed_at, 10)
        self.world.until_state('h1', S.EVACUATED)

    def test_a_gate_that_was_shut_all_the_time_is_proof_enough(self):
        self.given(1)
        self.world.nova.boot('h2', name='other')
        self.world.nova.records.append(
            records.Record(
                id=99,
                instance='uuid-other',
                source='h1',
                created_at=self.world.timeline.now(),
                target='h3',
            )
        )
        self.world.nova.full = {'h2', 'h3'}
        self.world.lose('h1')
        self.world.until(self.world.storage.store.recoveries, 30)
        self.world.until(lambda: self.world.recovery('h1').sealed_at, 10)
        uuid = self.world.until_state('h1', S.EVACUATION_FAILED).uuid
        self.world.power_on('h1')
        self.world.run(20)
        self.world.nova.full.clear()
        proof = self.world.recovery('h1').off_proof
        self.world.daemon.engine.operator.retry(uuid, 'me')
        self.assertEqual(proof, self.world.recovery('h1').off_proof)
        self.world.until_state('h1', S.EVACUATED)
        self.assert_never_started()

    def test_a_gate_that_has_been_ajar_proves_nothing(self):
        uuid = self.some_left_behind()
        self.world.until(lambda: self.gate() is Gate.AJAR, 10)
        history = self.world.history('h1')
        self.assertLess(
            history.index('gate_sealed'), history.index('gate_ajar')
        )
        self.assertIsNone(self.world.recovery('h1').sealed_at)
        self.world.hosts['h1'].switch_on()
        self.assertRaises(
            errors.UnsafeRequest,
            self.world.daemon.engine.operator.retry,
            uuid,
            'me',
        )
