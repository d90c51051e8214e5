# SPDX-License-Identifier: Apache-2.0
"""Somebody wants a fenced host on again: when that is done, and by whom."""

import contextlib
import types

from nova_ha.recovery import errors
from nova_ha.recovery.power_on import PowerOnAfter
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.daemon import AnswerLost
from tests.simulator.wire import AFTER
from tests.simulator.wire import BEFORE
from tests.simulator.wire import Fault
from tests.unit.engine.base import ClusterTest
from tests.unit.engine.base import WorldTest


class RebootTest(WorldTest):
    """action=reboot of the agent: off now, on when the time has come."""

    def rebooted(self):
        self.world.lose('h1')
        return self.world.fence('h1', power_on=True)

    def asked(self):
        return self.world.recovery('h1').power_on_asked_at

    def test_on_when_all_is_accounted_for(self):
        self.world.nova.spawn_takes = 20.0
        self.given(6)
        self.rebooted()
        self.world.until_state('h1', S.EVACUATING)
        self.world.run(15)
        self.assertFalse(self.world.hosts['h1'].on)
        self.world.until_state('h1', S.EVACUATED, 300)
        self.world.until(lambda: self.world.hosts['h1'].on, 5)
        self.world.run(1)
        self.assertIsNone(self.asked())
        self.assertIn('powered_on', self.world.history('h1'))

    def test_an_off_is_no_wish(self):
        self.evacuated()
        self.world.run(30)
        self.assertFalse(self.world.hosts['h1'].on)

    def test_an_off_takes_no_wish_back(self):
        self.given()
        self.rebooted()
        self.world.fence('h1')
        self.world.until(lambda: self.world.hosts['h1'].on)

    def test_kept_when_some_are_left_behind(self):
        self.given()
        self.world.nova.full = {'h2', 'h3'}
        self.rebooted()
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.world.until(lambda: self.world.hosts['h1'].on, 5)

    def test_kept_over_a_failed_fence(self):
        self.given()
        self.world.hosts['h1'].bmc = 'dead'
        with contextlib.suppress(errors.PowerError):
            self.world.fence('h1', 3, power_on=True)
        self.world.hosts['h1'].bmc = 'ok'
        uuid = self.world.recovery('h1').uuid
        self.world.daemon.engine.operator.retry(uuid, 'me')
        self.world.until_state('h1', S.EVACUATED)
        self.world.until(lambda: self.world.hosts['h1'].on, 5)

    def test_kept_in_the_spool(self):
        self.given()
        fault = self.world.store_away()
        self.rebooted()
        self.world.restart()
        self.world.back(fault)
        self.world.until(self.world.storage.store.recoveries)
        self.world.until(lambda: self.world.hosts['h1'].on)
        self.assertNotIn('off_lost', self.world.history('h1'))

    def test_killed_around_the_power_on(self):
        for when in (BEFORE, AFTER):
            with self.subTest(when):
                self.world.close()
                self.world = type(self.world)(self.HOSTS)
                self.addCleanup(self.world.close)
                self.given()
                self.world.faults.add(
                    Fault('power', 'power_on', when=when, crash=True)
                )
                self.rebooted()
                self.world.until(lambda: not self.world.daemon.process.alive)
                self.world.start()
                self.world.until(lambda: self.asked() is None)
                self.assertTrue(self.world.hosts['h1'].on)
                self.assert_promises_kept()

    def test_a_bmc_that_does_not_do_it(self):
        self.given()
        self.rebooted()
        fault = self.world.faults.add(
            Fault(
                'power',
                'power_on',
                error=errors.PowerDeviceError('not now'),
                times=10**6,
            )
        )
        self.world.until_state('h1', S.EVACUATED)
        self.world.run(300)
        self.assert_alarmed('could not be powered on: not now')
        self.assertLess(self.world.faults.calls['power', 'power_on'], 15)
        self.assertFalse(self.world.hosts['h1'].on)
        self.world.back(fault)
        self.world.until(lambda: self.world.hosts['h1'].on)

    def test_a_driver_that_cannot(self):
        self.given()
        self.rebooted()
        self.world.faults.add(
            Fault(
                'power',
                'power_on',
                error=errors.PowerUnsupported('external'),
                times=10**6,
            )
        )
        self.world.until_state('h1', S.EVACUATED)
        self.world.until(lambda: self.asked() is None)
        self.world.run(60)
        self.assertIn('power_on_not_supported', self.world.history('h1'))
        self.assertEqual([], self.world.notices.alarms)
        self.assertEqual(1, self.world.faults.calls['power', 'power_on'])

    def test_somebody_was_quicker(self):
        self.given()
        self.world.daemon.settings = self.world.settings.__class__(
            owner='c1', power_on_after=PowerOnAfter.NEVER
        )
        self.rebooted()
        self.world.until_state('h1', S.EVACUATED)
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)
        self.assertEqual([], self.world.ledger.acts_of('power_on'))

    def test_the_store_does_not_take_the_end(self):
        self.given()
        self.rebooted()
        self.world.until_state('h1', S.EVACUATED)
        self.world.faults.add(
            Fault('store', 'get', error=errors.StoreUnavailable('no'))
        )
        self.world.until(lambda: self.asked() is None)


class NeverTest(WorldTest):
    SETTINGS = types.MappingProxyType({'power_on_after': PowerOnAfter.NEVER})

    def test_a_person_is_told(self):
        self.given()
        self.world.fence('h1', power_on=True)
        self.world.until_state('h1', S.EVACUATED)
        self.world.run(60)
        self.assertFalse(self.world.hosts['h1'].on)
        message = self.world.recovery('h1').message
        self.assertEqual(1, message.count('power_on_after is never'))
        self.assertTrue(message.startswith('2 succeeded; h1 stays off'))


class AtOnceTest(ClusterTest):
    SETTINGS = types.MappingProxyType(
        {'power_on_after': PowerOnAfter.AT_ONCE, 'pacemaker': True}
    )

    def reboot(self, spawn_takes=60.0):
        self.given(6)
        self.world.nova.spawn_takes = spawn_takes
        self.cluster.fence_by = lambda host: self.world.agent_fences(
            host, power_on=True
        )
        self.world.lose('h1')

    def test_on_behind_the_gate_while_the_evacuations_go_on(self):
        self.reboot()
        self.world.until(self.world.storage.store.recoveries, 30)
        self.world.until(lambda: not self.world.hosts['h1'].on)
        self.world.until(lambda: self.world.hosts['h1'].on, 10)
        self.assert_state(S.EVACUATING)
        self.world.run(30)
        self.assertTrue(self.cluster.nodes['h1'].online)
        self.assert_never_started()
        self.world.until_state('h1', S.EVACUATED, 600)
        self.assertNotIn('off_lost', self.world.history('h1'))
        self.world.until_state('h1', S.COMPLETED)
        self.assert_serves()

    def test_not_before_the_gate_is_known_to_be_shut(self):
        fault = self.world.cluster_away()
        self.reboot()
        self.world.until(self.world.storage.store.recoveries, 30)
        self.world.run(20)
        self.assertFalse(self.world.hosts['h1'].on)
        self.world.back(fault)
        self.world.until(lambda: self.world.hosts['h1'].on, 15)
        self.assertIs(Gate.SHUT, self.gate())


class AskedByOnTest(WorldTest):
    """Pacemaker's on after its off, or a person's power-on."""

    def on(self, name='node-h1'):
        self.world.daemon.engine.operator.power_on(name, 'me')

    def test_in_each_state_it_is_only_noted(self):
        self.world.nova.spawn_takes = 20.0
        self.given(6)
        self.world.fence('h1')
        for _ in range(20):
            self.on()
        self.world.until_state('h1', S.EVACUATING)
        self.on('h1')
        self.assertFalse(self.world.hosts['h1'].on)
        self.assertEqual(
            1, self.world.history('h1').count('power_on_asked_by_me')
        )
        self.world.until_state('h1', S.EVACUATED, 300)
        self.world.until(lambda: self.world.hosts['h1'].on, 5)

    def test_while_fencing_has_failed(self):
        self.given()
        self.world.hosts['h1'].bmc = 'auth'
        self.assertRaises(errors.PowerError, self.world.fence, 'h1', 3)
        self.on()
        self.world.run(30)
        self.assert_state(S.FENCE_FAILED)
        self.assertEqual([], self.world.ledger.acts_of('power_on'))

    def test_while_returning_it_is_not_needed(self):
        self.evacuated()
        self.held_in_returning()
        self.on()
        self.world.until(
            lambda: self.world.recovery('h1').power_on_asked_at is None
        )
        self.assertIn('power_on_not_needed', self.world.history('h1'))
        self.assertEqual([], self.world.ledger.acts_of('power_on'))

    def test_without_a_recovery_at_once(self):
        self.given()
        self.world.hosts['h2'].switch_off()
        self.on('h2')
        self.assertTrue(self.world.hosts['h2'].on)

    def test_while_only_the_spool_knows(self):
        self.given()
        fault = self.world.store_away()
        self.world.fence('h1')
        self.on()
        self.assertFalse(self.world.hosts['h1'].on)
        self.world.back(fault)
        self.world.until(self.world.storage.store.recoveries)
        self.world.until(lambda: self.world.hosts['h1'].on)
        self.assertEqual([], self.world.storage.spool.entries())

    def test_the_spool_is_not_taken_in_yet(self):
        self.given()
        fault = self.world.store_away()
        self.world.fence('h1')
        self.world.hosts['h1'].bmc = 'auth'
        self.world.back(fault)
        self.world.run(3)
        self.on()
        self.world.hosts['h1'].bmc = 'ok'
        self.world.until(lambda: self.world.hosts['h1'].on)

    def test_nobody_knows_whether_it_has_a_recovery(self):
        self.given()
        self.world.hosts['h2'].switch_off()
        self.world.store_away()
        self.assertRaises(errors.StoreUnavailable, self.on, 'h2')
        self.assertFalse(self.world.hosts['h2'].on)

    def test_an_unknown_host(self):
        self.given()
        self.assertRaises(errors.UnknownHost, self.on, 'nosuch')

    def test_raced_for_ever(self):
        self.given()
        self.world.nova_away()
        self.world.fence('h1')
        self.world.faults.add(
            Fault(
                'store',
                'save',
                error=errors.StaleRecovery('quicker'),
                times=10**6,
            )
        )
        with self.assertRaisesRegex(errors.StoreUnavailable, 'by others'):
            self.on()


class ManyCallsTest(WorldTest):
    """Pacemaker sends up to twenty, at the same time and late."""

    def test_twenty_at_once_are_one_incident(self):
        self.given(4)
        self.world.hosts['h1'].off_takes = 3.0
        answers = []

        def ask(power_on):
            answers.append(self.world.fence('h1', power_on=power_on))

        for number in range(20):
            power_on = number % 2 == 0
            self.world.timeline.after(
                number * 0.15, lambda power_on=power_on: ask(power_on)
            )
        self.world.until(lambda: len(answers) == 20)
        self.assertEqual(1, len({a.recovery.uuid for a in answers}))
        self.assertEqual(1, len(self.world.ledger.acts_of('power_off')))
        self.world.until_state('h1', S.EVACUATED)
        history = self.world.history('h1')
        self.assertNotIn('off_lost', history)
        self.assertEqual(1, history.count('off_verified'))
        for number in range(1, 5):
            self.assertEqual(1, self.asked(f'vm{number}'))
        self.world.until(lambda: self.world.hosts['h1'].on)

    def test_twenty_one_after_another_over_the_whole_incident(self):
        self.world.nova.spawn_takes = 5.0
        self.given(6)
        first = self.world.fence('h1').recovery.uuid
        for _ in range(20):
            self.world.run(1.5)
            self.assertEqual(first, self.world.fence('h1').recovery.uuid)
        self.world.until_state('h1', S.EVACUATED, 300)
        self.assertNotIn('off_lost', self.world.history('h1'))
        for number in range(1, 7):
            self.assertEqual(1, self.asked(f'vm{number}'))

    def test_a_late_call_finds_the_daemon_started_again(self):
        self.given()
        self.world.faults.add(Fault('store', 'save', AFTER, crash=True))
        self.assertRaises(AnswerLost, self.world.fence, 'h1')
        self.world.start()
        first = self.world.recovery('h1').uuid
        self.assertEqual(first, self.world.fence('h1').recovery.uuid)
        self.world.until_state('h1', S.EVACUATED)
