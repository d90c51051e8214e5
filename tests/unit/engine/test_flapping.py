# SPDX-License-Identifier: Apache-2.0
"""A host that fails again and again is kept out until a person lets it in."""

import dataclasses

from nova_ha.recovery import errors
from nova_ha.recovery.flapping import FlapLimits
from nova_ha.recovery.guards import GuardLimits
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import RecoveryState as S
from tests.unit.engine.base import ClusterTest
from tests.unit.engine.base import WorldTest

LIMITS = GuardLimits(flapping=FlapLimits(failures=3, window=3600.0))


class Flaps:
    def setUp(self):
        super().setUp()
        self.world.settings = dataclasses.replace(
            self.world.settings, guards=LIMITS
        )

    def let_return(self, host='h1'):
        operator = self.world.daemon.engine.operator
        operator.let_return(self.world.recovery(host).uuid, 'root')

    def reason(self):
        return self.world.nova.services['h1'].reason


class FlappingTest(Flaps, WorldTest):
    def fails(self):
        self.world.lose('h1')
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATED)

    def comes_back(self):
        self.world.power_on('h1')
        self.world.run(20)
        if self.world.recovery('h1').state is S.RETURNING:
            self.world.power_on('h1')

    def fails_and_returns(self):
        self.fails()
        self.comes_back()
        self.world.until_state('h1', S.COMPLETED)

    def flapped(self):
        self.given()
        self.fails_and_returns()
        self.fails_and_returns()
        self.fails()
        self.world.run(10)

    def test_kept_out_until_let_in(self):
        self.flapped()
        self.assert_state(S.EVACUATED)
        self.assert_alarmed('flapping: h1 failed 3 times within 3600 s')
        self.assertIn('; flapping, kept out', self.reason())
        self.world.power_on('h1')
        self.world.run(3700)
        self.assert_state(S.EVACUATED)
        service = self.world.nova.services['h1']
        self.assertTrue(service.disabled and service.forced_down)
        self.let_return()
        self.world.until_state('h1', S.COMPLETED)
        self.assertFalse(service.disabled or service.forced_down)
        self.assertIn('let_return_by_root', self.world.history('h1'))

    def test_it_survives_a_restart(self):
        self.flapped()
        self.world.power_on('h1')
        self.world.restart()
        self.world.run(60)
        self.assert_state(S.EVACUATED)
        self.let_return()
        self.world.restart()
        self.world.until_state('h1', S.COMPLETED)

    def test_let_in_it_begins_anew(self):
        self.flapped()
        self.let_return()
        self.comes_back()
        self.world.until_state('h1', S.COMPLETED)
        self.fails_and_returns()

    def test_an_operators_reason_stays(self):
        self.given()
        self.fails_and_returns()
        self.fails_and_returns()
        self.world.nova.operator_disables('h1', 'disk swap')
        self.fails()
        self.world.run(10)
        self.assertEqual('disk swap', self.reason())
        self.assert_state(S.EVACUATED)

    def test_no_limit(self):
        self.world.settings = dataclasses.replace(
            self.world.settings, guards=GuardLimits()
        )
        self.given()
        for _ in range(4):
            self.fails_and_returns()

    def test_it_is_not_powered_on_for_pacemaker(self):
        self.given()
        self.fails_and_returns()
        self.fails_and_returns()
        self.world.lose('h1')
        self.world.fence('h1', power_on=True)
        self.world.until_state('h1', S.EVACUATED)
        self.world.run(300)
        self.assertFalse(self.world.hosts['h1'].on)
        self.let_return()
        self.world.until(lambda: self.world.hosts['h1'].on, 20)

    def test_nothing_waits_to_be_let_in(self):
        self.world.nova.spawn_takes = 30.0
        self.lost_and_fenced()
        self.world.until_state('h1', S.EVACUATING)
        with self.assertRaises(errors.IllegalTransition):
            self.let_return()


class FlappingClusterTest(Flaps, ClusterTest):
    def fails(self):
        before = len(self.world.storage.store.recoveries('h1'))
        self.world.lose('h1')
        self.world.until(
            lambda: len(self.world.storage.store.recoveries('h1')) > before
        )
        self.world.until_state('h1', S.EVACUATED)

    def test_the_gate_stays_shut(self):
        self.given()
        for _ in range(2):
            self.fails()
            self.world.power_on('h1')
            self.world.until_state('h1', S.COMPLETED, 300)
            self.until_open()
        started = self.world.hosts['h1'].started_at
        self.fails()
        self.world.power_on('h1')
        self.world.run(600)
        self.assertIs(Gate.SHUT, self.gate())
        self.assertEqual(started, self.world.hosts['h1'].started_at)
        self.assert_alarmed('flapping')
        self.let_return()
        self.world.until_state('h1', S.COMPLETED, 300)
        self.until_open()
