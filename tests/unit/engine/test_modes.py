# SPDX-License-Identifier: Apache-2.0
"""armed, paused and observe."""

from nova_ha.recovery import errors
from nova_ha.recovery.model import Decision
from nova_ha.recovery.modes import Mode
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.daemon import AnswerLost
from tests.simulator.wire import Fault
from tests.simulator.world import STORE_AWAY
from tests.unit.engine.base import ClusterTest
from tests.unit.engine.base import WorldTest


class ModeTest(WorldTest):
    def set_mode(self, mode, owner='c1', reason='a drill'):
        daemon = self.world.daemons[owner]
        return daemon.engine.modes.set(mode, 'root', reason)

    def asks(self):
        return len(self.world.ledger.acts_of('evacuate'))


class PausedTest(ModeTest):
    def test_fenced_and_held(self):
        self.given()
        self.set_mode(Mode.PAUSED)
        self.world.lose('h1')
        self.world.fence('h1')
        held = self.world.until_state('h1', S.HELD)
        self.assertFalse(self.world.hosts['h1'].on)
        self.assertTrue(self.world.nova.services['h1'].forced_down)
        self.assert_alarmed('mode paused')
        for word in ('root', 'a drill', 'mode set armed', 'release h1'):
            self.assertIn(word, held.message)
        self.world.run(600)
        self.assertEqual(0, self.asks())
        self.set_mode(Mode.ARMED)
        self.world.until_state('h1', S.EVACUATED, 20)

    def test_an_operator_releases_one_host(self):
        self.given()
        self.world.nova.boot('h2')
        self.set_mode(Mode.PAUSED)
        for host in ('h1', 'h2'):
            self.world.fence(host)
            held = self.world.until_state(host, S.HELD)
        self.world.daemon.engine.operator.release(held.uuid, 'root')
        self.world.until_state('h2', S.EVACUATED)
        self.assert_state(S.HELD)

    def test_stops_what_is_under_way(self):
        self.world.nova.spawn_takes = 5.0
        self.lost_and_fenced(instances=9)
        self.world.until_state('h1', S.EVACUATING)
        self.world.run(2)
        self.set_mode(Mode.PAUSED)
        asked = self.asks()
        self.world.until_state('h1', S.HELD)
        self.assertEqual(asked, self.asks())
        states = {r.state.value for r in self.world.rows('h1').values()}
        self.assertEqual({'succeeded', 'pending'}, states)
        self.set_mode(Mode.ARMED)
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(9, self.asks())

    def test_the_same_for_all_controllers_and_after_a_restart(self):
        self.given()
        self.world.start('c2')
        self.set_mode(Mode.PAUSED, 'c2')
        self.world.run(3)
        self.world.restart()
        self.world.fence('h1')
        self.world.until_state('h1', S.HELD)

    def test_the_store_is_away(self):
        """The last known mode stays in force."""
        self.given()
        self.set_mode(Mode.PAUSED)
        self.world.faults.add(
            Fault('modes', 'read', error=STORE_AWAY, times=10**6)
        )
        self.world.run(60)
        self.world.restart()
        self.world.fence('h1')
        self.world.until_state('h1', S.HELD)


class Select:
    """A policy that leaves the first instance."""

    def decide(self, host, instances):
        return {
            i.uuid: Decision(
                evacuate=i.name != 'vm1',
                priority=900 if i.name == 'vm3' else 500,
                because={'evacuate': f'rule of {i.name}'},
            )
            for i in instances
        }


class ObserveTest(ModeTest):
    def observed(self):
        self.given(3, sleepy='paused')
        self.set_mode(Mode.OBSERVE)
        acts = list(self.world.ledger.acts)
        self.world.lose('h1')
        with self.assertRaises(errors.ObserveOnly) as caught:
            self.world.fence('h1')
        self.world.run(30)
        return acts, str(caught.exception)

    def assert_nothing_was_done(self, acts):
        done = [a for a in self.world.ledger.acts if a[1] != 'fence_requested']
        self.assertEqual(acts, done)
        self.assertTrue(self.world.hosts['h1'].on)
        self.assertFalse(self.world.nova.services['h1'].disabled)
        self.assertEqual([], self.world.storage.store.recoveries())

    def test_nothing_is_done_and_pacemaker_is_told_so(self):
        acts, told = self.observed()
        self.assert_nothing_was_done(acts)
        for word in ('h1 is not fenced', 'observe', 'a drill', 'armed'):
            self.assertIn(word, told)

    def test_what_would_be_done_is_written_down(self):
        self.observed()
        [found] = self.world.storage.store.rehearsals()
        self.assertEqual(('h1', 'c1'), (found.host, found.controller))
        self.assertIn('powered off by sim', found.summary)
        self.assertIn('3 instances evacuated, 1 left', found.summary)
        by_name = {i.name: i for i in found.instances}
        self.assertTrue(by_name['vm1'].evacuate)
        self.assertFalse(by_name['sleepy'].evacuate)
        self.assertIn('paused', by_name['sleepy'].decision)

    def test_pacemaker_asks_ten_times(self):
        self.observed()
        for _ in range(9):
            with self.assertRaises(errors.ObserveOnly):
                self.world.fence('h1')
            self.world.run(1)
        self.assertEqual(1, len(self.world.storage.store.rehearsals()))

    def test_observing_once_more_it_is_written_down_once_more(self):
        self.observed()
        self.set_mode(Mode.ARMED)
        self.world.run(1)
        self.set_mode(Mode.OBSERVE)
        with self.assertRaises(errors.ObserveOnly):
            self.world.fence('h1')
        self.world.run(1)
        self.assertEqual(2, len(self.world.storage.store.rehearsals()))

    def test_nova_is_away(self):
        self.world.nova_away()
        self.given()
        self.set_mode(Mode.OBSERVE)
        with self.assertRaises(errors.ObserveOnly):
            self.world.fence('h1')
        self.world.run(5)
        [found] = self.world.storage.store.rehearsals()
        self.assertIn('instances are not known', found.summary)

    def test_what_guards_would_hold_is_told(self):
        self.world.nova.silent.add('nova-scheduler')
        self.observed()
        [found] = self.world.storage.store.rehearsals()
        self.assertIn('evacuations held: control plane', found.summary)

    def test_armed_again_it_fences(self):
        self.observed()
        self.set_mode(Mode.ARMED)
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATED)

    def test_no_power_on_and_no_retry(self):
        self.given()
        self.set_mode(Mode.OBSERVE)
        operator = self.world.daemon.engine.operator
        with self.assertRaises(errors.ObserveOnly):
            operator.power_on('h1', 'root')
        with self.assertRaises(errors.ObserveOnly):
            operator.retry('any', 'root')

    def test_recoveries_under_way_stand_still(self):
        self.world.nova.spawn_takes = 5.0
        self.lost_and_fenced(instances=9)
        self.world.until_state('h1', S.EVACUATING)
        self.world.run(1)
        self.set_mode(Mode.OBSERVE)
        acts = list(self.world.ledger.acts)
        self.world.run(60)
        self.assertEqual(acts, self.world.ledger.acts)
        self.assert_alarmed('stands still: mode observe')
        self.assert_state(S.EVACUATING)
        self.set_mode(Mode.ARMED)
        self.world.until_state('h1', S.EVACUATED)

    def test_a_start_that_finds_it_set(self):
        """The mode is read before anything is done."""
        self.given()
        self.set_mode(Mode.OBSERVE)
        self.world.crash()
        self.world.modes._known = None
        daemon = self.world.start()
        daemon.engine.modes.refresh()
        with self.assertRaises((errors.ObserveOnly, AnswerLost)):
            self.world.fence('h1')
        self.assertTrue(self.world.hosts['h1'].on)


class ObservedPolicyTest(ModeTest):
    def test_it_tells_the_policys_words_in_its_order(self):
        self.world.policy = Select()
        self.given(3)
        self.set_mode(Mode.OBSERVE)
        with self.assertRaises(errors.ObserveOnly):
            self.world.fence('h1')
        self.world.run(5)
        [found] = self.world.storage.store.rehearsals()
        self.assertEqual(
            [('vm3', True), ('vm1', False), ('vm2', True)],
            [(i.name, i.evacuate) for i in found.instances],
        )
        self.assertIn('rule of vm1', found.instances[1].decision)


class ObservedClusterTest(ClusterTest):
    def test_a_fence_by_others_is_rehearsed_and_the_gate_left_alone(self):
        daemon = self.given()
        daemon.engine.modes.set(Mode.OBSERVE, 'root', 'a drill')
        self.cluster.fence_by = self.cluster_fences
        self.world.lose('h1')
        self.world.run(90)
        self.assertEqual([], self.world.storage.store.recoveries())
        self.assertEqual('', self.gate().value)
        self.assertEqual([], self.world.ledger.acts_of('evacuate'))
        [found] = self.world.storage.store.rehearsals()
        self.assertEqual('reconciler', found.origin)

    def cluster_fences(self, host, power_on=False):
        self.world.hosts[host].switch_off()
        return True
