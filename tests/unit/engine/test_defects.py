# SPDX-License-Identifier: Apache-2.0
"""Defects of our own: told loudly, and kept to the one recovery."""

from nova_ha.engine.outcome import Outcome
from nova_ha.recovery import errors
from nova_ha.recovery.states import Event
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.wire import Fault
from tests.unit.engine.base import WorldTest


class DefectTest(WorldTest):
    HOSTS = 5

    def test_one_step_breaks_the_others_go_on(self):
        self.given()
        self.world.nova.boot('h2', name='other')
        fault = self.world.faults.add(
            Fault(
                'compute',
                'instances',
                error=ZeroDivisionError('a defect'),
                times=10**6,
                only=lambda host: host == 'h1',
            )
        )
        self.world.fence('h1')
        self.world.fence('h2')
        self.world.until_state('h2', S.EVACUATED)
        self.world.run(100)
        self.assert_state(S.EVACUATING)
        self.assert_alarmed('ZeroDivisionError: a defect')
        self.world.back(fault)
        self.world.until_state('h1', S.EVACUATED)

    def test_a_step_that_wants_what_cannot_be(self):
        self.given()

        class Wrong:
            def run(self, recovery):
                return Outcome(Event.HOST_SERVING)

            def forget(self, uuid):
                pass

        conductor = self.world.daemon.engine.conductor
        steps = dict(conductor._steps)
        conductor.use({**steps, S.FORCING_DOWN: Wrong()})
        self.world.fence('h1')
        self.world.run(20)
        self.assert_alarmed('IllegalTransition')
        conductor.use(steps)
        self.world.until_state('h1', S.EVACUATED)

    def test_a_call_that_breaks_is_heard_of(self):
        self.given()
        self.world.faults.add(
            Fault('compute', 'evacuate', error=KeyError('defect'), times=2)
        )
        self.world.faults.add(
            Fault('compute', 'instance', error=KeyError('defect'), times=2)
        )
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATED)

    def test_a_periodic_turn_that_breaks_off(self):
        self.given()
        self.world.faults.add(
            Fault('store', 'claimable', error=KeyError('defect'), times=3)
        )
        self.world.restart()
        self.world.run(10)
        self.assertGreater(
            min(loop.turns for loop in self.world.daemon.engine.loops), 0
        )

    def test_a_recovery_that_is_gone(self):
        self.given()
        self.world.fence('h1')
        self.world.faults.add(
            Fault(
                'store',
                'get',
                error=errors.UnknownRecovery('no such recovery'),
            )
        )
        self.world.until_state('h1', S.EVACUATED)

    def test_another_has_the_lease(self):
        self.given()
        self.world.fence('h1')
        self.world.faults.add(
            Fault('store', 'get', error=errors.NotOwner('c2 drives it'))
        )
        self.world.until_state('h1', S.EVACUATED)

    def test_the_row_is_moved_under_a_step(self):
        self.given()
        self.world.fence('h1')
        self.world.faults.add(
            Fault(
                'store',
                'save',
                error=errors.StaleRecovery('moved on'),
                times=2,
            )
        )
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual([], self.world.notices.alarms)
