# SPDX-License-Identifier: Apache-2.0
"""Fenced by others, or forgotten by the store: found and recovered.

No hint comes through anywhere but where a test says so: all alerts are lost.
"""

from nova_ha.recovery import errors
from nova_ha.recovery.guards import GuardLimits
from nova_ha.recovery.model import ServiceMark
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.wire import Fault
from tests.unit.engine.base import ClusterTest


class FencedByOthersTest(ClusterTest):
    def by_a_power_agent(self, reboot=False):
        """nova-ha is not in the host's fencing level."""

        def fence(host):
            machine = self.world.hosts[host]
            machine.switch_off()
            if reboot:
                machine.switch_on()
            return True

        self.cluster.fence_by = fence

    def test_a_power_agent_alone(self):
        self.given()
        self.by_a_power_agent()
        self.world.lose('h1')
        recovery = self.world.until_state('h1', S.EVACUATED)
        self.assertEqual('reconciler', recovery.origin)
        self.assertEqual('pacemaker', recovery.off_proof.method)
        witness = recovery.off_proof.witness
        self.assertIn('off by ctl1 for pacemaker-controld at', witness)
        self.assertEqual([], self.world.ledger.acts_of('power_off'))
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)
        self.until_open()
        self.assert_serves()

    def test_a_power_agent_alone_that_reboots(self):
        """It waits behind the gate, though its power is never seen off."""
        self.given(6)
        self.world.nova.spawn_takes = 20.0
        self.by_a_power_agent(reboot=True)
        self.world.lose('h1')
        self.world.timeline.after(
            5.5, lambda: self.hint(kind='fencing', node='node-h1')
        )
        self.world.until_state('h1', S.EVACUATED, 300)
        self.assert_never_started()
        self.assertEqual([], self.world.ledger.acts_of('power_off'))
        self.world.until_state('h1', S.COMPLETED)
        self.until_open()
        self.assert_serves()

    def test_a_reboot_seen_too_late_needs_nothing(self):
        self.given()
        self.by_a_power_agent(reboot=True)
        self.world.daemon.settings = self.world.settings.__class__(
            owner='c1', reconcile_interval=10**6
        )
        self.world.run(20)
        self.world.lose('h1')
        self.world.run(60)
        self.assertTrue(self.world.hosts['h1'].computing)
        self.hint(kind='node')
        self.world.run(30)
        self.hint(kind='node')
        self.world.run(30)
        self.assertEqual([], self.world.storage.store.recoveries())
        self.assert_serves()
        self.assertIs(Gate.OPEN, self.gate())

    def hint(self, **about):
        self.world.daemon.engine.cluster_side.hint(about)

    def test_while_the_fencer_was_down(self):
        self.given()
        self.world.crash()
        self.by_a_power_agent()
        self.world.lose('h1')
        self.world.run(300)
        self.world.start()
        self.world.until_state('h1', S.EVACUATED)
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)

    def test_long_ago_and_serving_since(self):
        self.cluster.note_fence('h1')
        self.cluster.nodes['h1'].online = True
        self.cluster.nodes['h1'].compute = 'active'
        self.given()
        self.world.run(120)
        self.assertEqual([], self.world.storage.store.recoveries())
        # Then it is taken away on purpose: nothing is fenced or evacuated.
        self.cluster.stop_node('h1')
        self.world.hosts['h1'].switch_off()
        self.world.run(120)
        self.assertEqual([], self.world.storage.store.recoveries())

    def test_away_on_purpose_when_the_fencer_starts(self):
        self.cluster.note_fence('h1')
        self.cluster.nodes['h1'].online = True
        self.cluster.nodes['h1'].compute = 'active'
        self.world.run(120)
        self.cluster.stop_node('h1')
        self.world.hosts['h1'].switch_off()
        self.world.run(120)
        self.given()
        self.world.run(120)
        self.assertEqual([], self.world.storage.store.recoveries())
        self.assertIs(Gate.OPEN, self.gate())

    def test_planned_work_without_any_fence(self):
        self.given()
        self.cluster.stop_node('h1')
        self.world.hosts['h1'].switch_off()
        self.world.run(120)
        self.assertEqual([], self.world.storage.store.recoveries())
        self.world.hosts['h1'].switch_on()
        self.cluster.start_node('h1')
        self.world.run(60)
        self.assert_serves()

    def test_dead_bmc_and_a_person_confirms(self):
        self.given()
        self.world.hosts['h1'].bmc = 'dead'
        self.world.lose('h1')
        self.world.until(self.world.storage.store.recoveries)
        self.world.until_state('h1', S.FENCE_FAILED)
        self.world.run(60)
        self.assertEqual([], self.world.ledger.acts_of('force_down'))
        self.world.hosts['h1'].switch_off()  # the plug
        self.cluster.confirm('h1')
        recovery = self.world.until_state('h1', S.EVACUATED)
        self.assertIn('off by a human', recovery.off_proof.witness)
        self.assertEqual(1, len(self.world.storage.store.recoveries()))

    def test_a_person_confirms_while_an_attempt_is_under_way(self):
        """It fails a while later, after the confirmation."""
        self.given()
        self.world.hosts['h1'].bmc = 'dead'
        self.world.lose('h1')
        self.world.until(self.world.storage.store.recoveries)
        self.world.until_state('h1', S.FENCE_FAILED)
        self.world.until(lambda: self.cluster.nodes['h1'].fencing)
        self.world.run(5)
        self.world.hosts['h1'].switch_off()  # the plug
        self.cluster.confirm('h1')
        self.world.until(lambda: not self.cluster.history[-1].succeeded)
        recovery = self.world.until_state('h1', S.EVACUATED)
        self.assertIn('off by a human', recovery.off_proof.witness)
        self.assertEqual(1, len(self.world.storage.store.recoveries()))

    def test_a_failed_fencing_is_never_touched(self):
        self.cluster.fence_by = lambda _host: False
        self.given()
        self.world.lose('h1')
        self.world.run(600)
        self.assertTrue(self.cluster.history)
        self.assertEqual([], self.world.storage.store.recoveries())
        self.assertEqual([], self.world.ledger.acts_of('power_off'))
        self.assertIs(Gate.OPEN, self.gate())

    def test_our_own_fence_is_the_same_incident(self):
        self.lost_and_evacuated()
        self.assertEqual(1, len(self.cluster.history))
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)
        self.world.run(300)
        self.assertEqual(1, len(self.world.storage.store.recoveries()))

    def test_a_fence_that_ends_long_after_our_proof(self):
        """The level's second device takes its time."""

        def slowly(host):
            done = self.world.agent_fences(host)
            self.world.timeline.sleep(50)
            return done

        self.cluster.fence_by = slowly
        self.lost_and_evacuated()
        self.world.run(60)
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)
        self.world.run(120)
        self.assertEqual(1, len(self.world.storage.store.recoveries()))
        self.assert_serves()

    def test_fenced_by_others_on_its_way_back(self):
        self.lost_and_evacuated()
        self.world.run(60)
        fault = self.held_in_returning()
        first = self.world.recovery('h1').uuid
        self.by_a_power_agent()
        self.world.lose('h1')
        self.world.until(
            lambda: self.world.recovery('h1').state is not S.RETURNING
        )
        self.world.back(fault)
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(first, self.world.recovery('h1').uuid)
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)
        self.until_open()

    def test_a_partition_without_quorum_is_not_believed(self):
        self.given()
        self.cluster.quorate = False
        self.by_a_power_agent()
        self.world.lose('h1')
        self.world.run(120)
        self.assertEqual([], self.world.storage.store.recoveries())
        self.cluster.quorate = True
        self.world.until(self.world.storage.store.recoveries)
        self.world.until_state('h1', S.EVACUATED)

    def test_while_nova_is_away(self):
        self.given()
        self.by_a_power_agent()
        fault = self.world.nova_away()
        self.world.lose('h1')
        self.world.until(self.world.storage.store.recoveries)
        self.assert_state(S.FORCING_DOWN)
        # Whether it has served since, nova cannot tell: its power does.
        self.assertEqual('sim', self.world.recovery('h1').off_proof.method)
        self.world.back(fault)
        self.world.until_state('h1', S.EVACUATED)

    def test_while_the_gate_cannot_be_shut(self):
        self.given()
        self.by_a_power_agent()
        self.world.faults.add(
            Fault(
                'cluster',
                'set_gate',
                error=errors.ClusterError('no'),
                times=10**6,
            )
        )
        self.world.lose('h1')
        recovery = self.world.until_state('h1', S.EVACUATED)
        self.assertEqual('sim', recovery.off_proof.method)

    def test_back_while_its_gate_was_being_shut(self):
        """nova-compute was started meanwhile: the history proves nothing."""
        self.given()
        self.by_a_power_agent(reboot=True)
        self.world.lose('h1')
        self.world.run(4)
        self.world.faults.add(Fault('cluster', 'set_gate', delay=25.0))
        self.world.run(120)
        self.assertEqual([], self.world.storage.store.recoveries())
        self.assertIs(Gate.OPEN, self.gate())
        self.assert_serves()

    def test_fenced_again_while_its_gate_was_being_shut(self):
        self.given()
        self.by_a_power_agent()
        self.world.lose('h1')
        self.world.run(4)
        self.world.faults.add(Fault('cluster', 'set_gate', delay=20.0))
        self.world.timeline.after(
            15.0, lambda: self.cluster.note_fence('h1', action='reboot')
        )
        self.world.until(self.world.storage.store.recoveries)
        self.world.until_state('h1', S.EVACUATED)
        # The power was read instead: the line looked at was not the newest.
        self.assertEqual('sim', self.world.recovery('h1').off_proof.method)

    def test_neither_gate_nor_power(self):
        self.given()
        self.by_a_power_agent()
        fault = self.world.faults.add(
            Fault(
                'cluster',
                'set_gate',
                error=errors.ClusterError('no'),
                times=10**6,
            )
        )
        self.world.hosts['h1'].bmc = 'auth'
        self.world.lose('h1')
        self.world.run(90)
        self.assertEqual([], self.world.storage.store.recoveries())
        self.world.back(fault)
        self.world.until(self.world.storage.store.recoveries)
        self.world.until_state('h1', S.EVACUATED)

    def test_back_but_its_nova_compute_is_not(self):
        """What was started there since is not known: fenced once more."""
        self.given()
        self.by_a_power_agent(reboot=True)
        self.world.run(20)
        fault = self.world.cluster_away()
        self.cluster._started = lambda node, epoch: None
        self.world.lose('h1')
        self.world.run(20)
        self.cluster.nodes['h1'].compute = 'stopped'
        self.cluster._schedule = lambda node: None
        self.world.back(fault)
        self.world.run(60)
        self.assertEqual([], self.world.storage.store.recoveries())
        self.world.until(self.world.storage.store.recoveries, 120)
        self.assert_alarmed('it is fenced again')
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(1, len(self.world.ledger.acts_of('power_off')))

    def test_two_controllers_find_it(self):
        self.given()
        self.world.start('c2')
        self.by_a_power_agent()
        self.world.lose('h1')
        self.world.until(self.world.storage.store.recoveries)
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(1, len(self.world.storage.store.recoveries()))
        self.assertNotIn('off_lost', self.world.history('h1'))

    def test_a_host_that_nova_does_not_know(self):
        self.given()
        del self.world.nova.services['h1']
        self.by_a_power_agent()
        self.world.lose('h1')
        self.world.run(120)
        self.assertEqual([], self.world.storage.store.recoveries())


class HintTest(ClusterTest):
    def hint(self, **about):
        self.world.daemon.engine.cluster_side.hint(about)

    def test_it_brings_the_next_look_forward(self):
        self.given()
        self.cluster.fence_by = lambda host: (
            self.world.hosts[host].switch_off() is None
        )
        self.world.daemon.settings = self.world.settings.__class__(
            owner='c1', reconcile_interval=1000.0
        )
        self.world.run(20)
        self.world.lose('h1')
        self.world.run(10)
        self.assertEqual([], self.world.storage.store.recoveries())
        before = self.world.timeline.monotonic()
        for _ in range(10):
            self.hint(kind='fencing', node='node-h1', rc=0)
        self.world.until(self.world.storage.store.recoveries)
        self.assertLess(self.world.timeline.monotonic() - before, 2)

    def test_many_make_one_look(self):
        self.given()
        self.world.run(20)
        before = self.world.faults.calls['cluster', 'look']
        for _ in range(50):
            self.hint(kind='node', node='node-h2', desc='member')
        self.world.run(1)
        looks = self.world.faults.calls['cluster', 'look'] - before
        self.assertLessEqual(looks, 2)

    def test_the_host_watch_looks_too(self):
        self.lost_and_evacuated()
        self.world.daemon.settings = self.world.settings.__class__(
            owner='c1', host_watch_interval=10**6
        )
        self.world.run(10)
        self.world.power_on('h1')
        self.world.run(60)
        self.assert_state(S.EVACUATED)
        for _ in range(3):
            self.hint(kind='resource', node='ctl1', rsc='node-h1')
            self.world.run(11)
        self.world.until_state('h1', S.COMPLETED)

    def test_nothing_is_done_on_its_word(self):
        self.given()
        self.hint(kind='fencing', node='node-h1', task='off', rc=0, desc='OK')
        self.hint(kind='node', node='ctl1', desc='lost')
        self.hint(kind='resource')
        self.world.run(60)
        self.assertEqual([], self.world.storage.store.recoveries())
        self.assertEqual([], self.world.ledger.acts_of('gate_shut'))

    def test_the_store_is_away(self):
        self.given()
        self.world.store_away()
        self.hint(kind='fencing', node='node-h1')
        self.world.run(5)


class LostStoreTest(ClusterTest):
    """The store is deleted in each state; the world tells what it knew."""

    def lose_store(self, **changes):
        """Kill the daemon, empty the store, start again."""
        self.world.crash()
        self.world.storage.forget()
        for name, value in changes.items():
            setattr(self.world.nova, name, value)
        self.world.start()
        self.world.run(1)

    def ends(self):
        self.world.until(self.world.storage.store.recoveries)
        self.world.until_state('h1', S.EVACUATED, 300)
        if not self.world.hosts['h1'].on:
            self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED, 300)
        self.until_open()
        self.assert_serves()

    def test_in_fence_failed(self):
        """Nova was not told, and nothing proves off: Pacemaker goes on."""
        self.given()
        self.world.hosts['h1'].bmc = 'dead'
        self.world.lose('h1')
        self.world.until(self.world.storage.store.recoveries)
        self.world.until_state('h1', S.FENCE_FAILED)
        self.lose_store()
        self.world.run(60)
        self.world.hosts['h1'].bmc = 'ok'
        self.ends()

    def test_in_forcing_down_before_nova_was_told(self):
        self.given()
        fault = self.world.nova_away()
        self.world.lose('h1')
        self.world.until(self.world.storage.store.recoveries)
        self.world.until_state('h1', S.FORCING_DOWN)
        self.world.run(3)
        self.lose_store()
        self.world.back(fault)
        self.ends()
        for number in (1, 2):
            self.assertEqual(1, self.asked(f'vm{number}'))

    def test_in_held(self):
        self.given()
        for number in range(8):
            self.world.nova.boot('h2', name=f'other{number}')
        self.world.nova.spawn_takes = 5.0
        self.world.settings = self.world.daemon.settings = (
            self.world.settings.__class__(
                owner='c1', guards=GuardLimits(hosts_at_a_time=1)
            )
        )
        self.world.lose('h2')
        self.world.run(1)
        self.world.lose('h1')
        self.world.until(
            lambda: len(self.world.storage.store.recoveries()) == 2
        )
        self.world.until_state('h1', S.HELD)
        mark = self.world.nova.services['h1'].reason
        self.lose_store()
        self.world.until(
            lambda: len(self.world.storage.store.recoveries()) == 2
        )
        self.world.until_state('h1', S.EVACUATED, 300)
        self.assertEqual(mark, self.world.nova.services['h1'].reason)

    def test_in_evacuating(self):
        self.given(8)
        self.world.nova.spawn_takes = 10.0
        self.world.lose('h1')
        self.world.until(self.world.storage.store.recoveries)
        self.world.until_state('h1', S.EVACUATING)
        self.world.run(3)
        uuid = self.world.recovery('h1').uuid
        self.lose_store()
        self.world.until(self.world.storage.store.recoveries)
        self.assertEqual(uuid, self.world.recovery('h1').uuid)
        self.ends()
        for number in range(1, 9):
            self.assertEqual(1, self.asked(f'vm{number}'))

    def test_in_evacuating_with_the_host_on_behind_its_gate(self):
        self.given(8)
        self.world.nova.spawn_takes = 20.0
        self.world.lose('h1')
        self.world.until(self.world.storage.store.recoveries)
        self.world.until(lambda: self.world.recovery('h1').sealed_at)
        self.world.power_on('h1')
        self.world.run(25)
        self.lose_store()
        self.world.until(self.world.storage.store.recoveries)
        self.assertIsNotNone(self.world.recovery('h1').sealed_at)
        self.world.until_state('h1', S.EVACUATED, 300)
        self.assert_never_started()
        self.ends()

    def test_in_evacuation_failed(self):
        self.world.nova.full = {'h2', 'h3'}
        self.lost()
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.lose_store(full=set())
        self.ends()

    def test_in_evacuated(self):
        self.lost_and_evacuated()
        self.world.run(5)
        self.lose_store()
        self.ends()

    def test_in_evacuated_with_the_host_on_its_way(self):
        self.lost_and_evacuated()
        self.world.run(40)
        self.world.hosts['h1'].reporting = False
        self.world.power_on('h1')
        self.world.run(30)
        self.assertTrue(self.world.hosts['h1'].computing)
        self.lose_store()
        self.world.until(self.world.storage.store.recoveries)
        self.assertIn('found_evacuated', self.world.history('h1'))
        self.world.hosts['h1'].reporting = True
        self.world.until_state('h1', S.COMPLETED)
        self.until_open()
        self.assert_serves()
        self.assertEqual(1, len(self.world.ledger.acts_of('power_off')))

    def test_in_returning(self):
        self.lost_and_evacuated()
        self.world.run(40)
        fault = self.held_in_returning()
        self.lose_store()
        self.world.until(self.world.storage.store.recoveries)
        self.world.back(fault)
        self.world.until_state('h1', S.COMPLETED)
        self.until_open()
        self.assert_serves()

    def test_in_completed_nothing_is_left_to_do(self):
        self.lost_and_evacuated()
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)
        self.until_open()
        self.lose_store()
        self.world.run(120)
        self.assertEqual([], self.world.storage.store.recoveries())
        self.assert_serves()

    def test_fenced_by_hand_and_nothing_in_the_history(self):
        """The driver is asked, and says off."""
        self.given()
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATED)
        self.world.run(20)
        self.cluster.history.clear()
        self.lose_store()
        self.ends()

    def test_nothing_proves_it_off(self):
        """A mark, the host on, nothing in the history: fenced again."""
        self.given()
        self.world.nova.spawn_takes = 30.0
        self.world.lose('h1')
        self.world.until(self.world.storage.store.recoveries)
        self.world.until(lambda: self.world.recovery('h1').sealed_at)
        self.world.power_on('h1')
        self.world.run(25)
        self.cluster.history.clear()
        self.lose_store()
        self.world.until(self.world.storage.store.recoveries)
        self.assert_alarmed('nothing proves it off')
        self.world.run(20)  # until Pacemaker has missed it, too
        self.ends()

    def test_a_mark_that_is_none_of_ours(self):
        self.given()
        service = self.world.nova.services['h1']
        service.disabled = service.forced_down = True
        service.reason = str(
            ServiceMark('no-uuid-at-all', self.world.timeline.now())
        )
        self.world.hosts['h1'].switch_off()
        self.world.until(self.world.storage.store.recoveries)
        self.world.run(1)
        self.ends()

    def test_a_cancelled_recoverys_mark_is_let_be(self):
        self.lost_and_evacuated()
        uuid = self.world.recovery('h1').uuid
        self.world.daemon.engine.operator.cancel(uuid, 'me')
        self.world.run(300)
        self.assertEqual(1, len(self.world.storage.store.recoveries()))
        self.assert_state(S.CANCELLED)

    def test_a_gate_of_an_incident_that_never_began(self):
        self.given()
        self.cluster.nodes['h1'].gate = Gate.SHUT
        self.cluster.nodes['h1'].compute = 'stopped'
        self.world.hosts['h1'].computing = False
        self.until_open()
        self.world.run(30)
        self.assert_serves()
        self.assertEqual([], self.world.storage.store.recoveries())


class LostUnderTheDaemonTest(LostStoreTest):
    """It runs on: what it remembers is of recoveries that are not there."""

    def lose_store(self, **changes):
        self.world.storage.forget()
        for name, value in changes.items():
            setattr(self.world.nova, name, value)
        self.world.run(1)

    def test_the_rows_are_written_anew(self):
        self.given(8)
        self.world.nova.spawn_takes = 20.0
        self.world.lose('h1')
        self.world.until(self.world.storage.store.recoveries)
        self.world.until_state('h1', S.EVACUATING)
        self.world.run(3)
        uuid = self.world.recovery('h1').uuid
        self.lose_store()
        self.world.until(self.world.storage.store.recoveries)
        self.assertEqual(uuid, self.world.recovery('h1').uuid)
        self.world.run(3)
        self.assertEqual(8, len(self.world.storage.store.evacuations(uuid)))
        self.ends()


class GateLeftTest(ClusterTest):
    def test_found_after_a_while(self):
        self.lost_and_evacuated()
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)
        self.until_open()
        self.cluster.nodes['h1'].gate = Gate.AJAR
        self.until_open()

    def test_not_before_nova_has_said_that_nothing_of_ours_is_there(self):
        self.lost_and_evacuated()
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)
        self.until_open()
        self.world.run(5)
        fault = self.world.nova_away()
        self.cluster.nodes['h1'].gate = Gate.AJAR
        self.world.run(60)
        self.assertIs(Gate.AJAR, self.gate())
        self.world.back(fault)
        self.until_open()


class NotesTest(ClusterTest):
    def test_a_cluster_that_does_not_answer_is_noted(self):
        self.given()
        side = self.world.daemon.engine.cluster_side
        self.assertEqual([], list(side.notes()))
        fault = self.world.cluster_away()
        self.world.run(20)
        self.assertIn('Pacemaker does not answer', side.notes()[0])
        self.world.back(fault)
        self.world.run(20)
        self.assertEqual([], list(side.notes()))

    def test_many_hosts_are_swept_in_turn(self):
        calls = self.world.faults.calls
        self.given()
        self.world.run(10)
        asked = calls.get(('compute', 'service'), 0)
        self.world.run(15)
        self.assertEqual(3, calls['compute', 'service'] - asked)
