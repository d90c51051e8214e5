# SPDX-License-Identifier: Apache-2.0
"""Pacemaker asks again, in each state, with the host off or found running."""

import dataclasses

from nova_ha.recovery import errors
from nova_ha.recovery import lifecycle
from nova_ha.recovery.guards import GuardLimits
from nova_ha.recovery.states import Event
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.wire import Fault
from tests.simulator.world import World
from tests.unit.engine.base import WorldTest

BEGINS_ANEW = frozenset({S.FENCE_FAILED, S.RETURNING})
"""Here a request means a new power-off anyway."""


class RequestInEachStateTest(WorldTest):
    """Asked again in each state, host off or found running."""

    def reach(self, state):
        """Bring h1's recovery into the state."""
        getattr(self, f'_reach_{state.value}')()
        self.world.until_state('h1', state)
        self.world.faults.clear()

    def _reach_fence_failed(self):
        self.given()
        self.world.hosts['h1'].bmc = 'dead'
        self.assertRaises(errors.PowerError, self.world.fence, 'h1', 3)
        self.world.hosts['h1'].bmc = 'ok'

    def _reach_forcing_down(self):
        self.given()
        self.world.nova_away()
        self.world.fence('h1')

    def _reach_held(self):
        self.given()
        for instance in range(8):
            self.world.nova.boot('h2', name=f'other{instance}')
        self.world.nova.spawn_takes = 5.0
        self.world.daemon.settings = dataclasses.replace(
            self.world.daemon.settings,
            guards=GuardLimits(hosts_at_a_time=1),
        )
        self.world.fence('h2')
        self.world.until_state('h2', S.EVACUATING)
        self.world.fence('h1')

    def _reach_evacuating(self):
        self.world.nova.spawn_takes = 10.0
        self.lost_and_fenced()

    def _reach_evacuation_failed(self):
        self.world.nova.full = {'h2', 'h3'}
        self.lost_and_fenced()

    def _reach_evacuated(self):
        self.evacuated()

    def _reach_returning(self):
        self.evacuated()
        refused = errors.ComputeRefused('not yet', 400)
        self.world.faults.add(
            Fault('compute', 'force_up', error=refused, times=10**6)
        )
        self.world.power_on('h1')

    def ask(self, state, running):
        self.reach(state)
        first = self.world.recovery('h1').uuid
        if running:
            self.world.hosts['h1'].switch_on()
        fenced = self.world.fence('h1')
        self.assertEqual(first, fenced.recovery.uuid)
        moves = self.world.history('h1')
        if state is S.EVACUATION_FAILED and not running:
            self.assert_state(state)
        else:
            self.world.until_state('h1', S.EVACUATED, 300)
        return moves

    def test_off_in_each_state(self):
        for state in (S.FENCE_FAILED, S.FORCING_DOWN, S.HELD, S.EVACUATING):
            self._again(state, running=False)
        for state in (S.EVACUATION_FAILED, S.EVACUATED):
            self._again(state, running=False)

    def test_found_running_in_each_state(self):
        for state in (S.FENCE_FAILED, S.FORCING_DOWN, S.HELD, S.EVACUATING):
            self._again(state, running=True)
        self._again(S.EVACUATED, running=True)
        self._again(S.RETURNING, running=True)

    def test_found_running_after_some_were_left_behind(self):
        self.reach(S.EVACUATION_FAILED)
        self.world.nova.full.clear()
        self.world.hosts['h1'].switch_on()
        self.world.fence('h1')
        self.assertIn('off_lost', self.world.history('h1'))
        self.world.until_state('h1', S.EVACUATED)

    def _again(self, state, running):
        with self.subTest(state=state.value, running=running):
            moves = self.ask(state, running)
            lost = 'off_lost' in moves
            expected = running and state not in BEGINS_ANEW
            self.assertEqual(expected, lost, moves)
        self.assert_promises_kept()
        self.world.close()
        self.world = World(self.HOSTS)
        self.addCleanup(self.world.close)

    def test_every_active_state_takes_a_request(self):
        for state in set(S) - {S.COMPLETED, S.CANCELLED}:
            with self.subTest(state=state.value):
                self.assertTrue(lifecycle.allows(state, Event.FENCE_REQUESTED))
