# SPDX-License-Identifier: Apache-2.0
"""What becomes of instances in every state, with the policy and without."""

import types

from nova_ha.recovery import eligibility
from nova_ha.recovery import errors
from nova_ha.recovery import server_states
from nova_ha.recovery.model import Decision
from nova_ha.recovery.server_states import Treatment
from nova_ha.recovery.states import RecoveryState as S
from nova_ha.recovery.states import TargetState
from tests.simulator.wire import AFTER
from tests.simulator.wire import BEFORE
from tests.simulator.wire import Fault
from tests.simulator.world import NOVA_AWAY
from tests.unit.engine.base import WorldTest

RESET = Decision(reset_state=True)
STOP = Decision(target_state=TargetState.STOPPED)


class StatesTest(WorldTest):
    SETTINGS = types.MappingProxyType({'timeout': 120.0})

    def server(self, name):
        return self.world.nova.servers[f'uuid-{name}']

    def test_every_state_ends_with_an_outcome_and_a_sentence(self):
        for allowed in (False, True):
            with self.subTest(reset_state=allowed):
                self.world.close()
                self.setUp()
                self.world.policy.default = Decision(reset_state=allowed)
                states = {
                    f'the_{s}': s
                    for s in server_states.VM_STATES
                    if s not in ('deleted', 'unknown')
                }
                self.evacuated(0, **states)
                rows = self.world.rows('h1')
                self.assertEqual(set(states), set(rows))
                for name, row in rows.items():
                    self._judge(allowed, row, self.server(name))

    def _judge(self, allowed, row, server):
        table = server_states.of(row.vm_state)
        moves = table.treatment is Treatment.EVACUATE or (
            allowed and table.treatment is Treatment.RESET
        )
        self.assertEqual(
            'succeeded' if moves else 'skipped', row.state.value, row
        )
        if moves:
            self.assertEqual(table.ends, server.vm_state, row)
            self.assertEqual(table.remark, row.message)
            self.assertNotEqual('h1', server.host)
        else:
            self.assertIn(table.because, row.message)
            self.assertEqual(row.vm_state, server.vm_state)

    def test_a_lock_is_kept(self):
        self.world.nova.boot('h1', name='locked').locked = True
        self.evacuated(0)
        self.assertTrue(self.server('locked').locked)
        self.assert_rows({'locked': 'succeeded'})

    def test_interrupted_tasks_are_overwritten(self):
        for task in ('rebuilding', 'powering-off', 'resize_migrating'):
            server = self.world.nova.boot('h1', name=task)
            server.task_state = task
        self.evacuated(0)
        self.assertEqual(
            {'succeeded'},
            {r.state.value for r in self.world.rows('h1').values()},
        )

    def test_migrated_live_is_left_behind_loudly(self):
        """Its guest may run on the target of that migration."""
        server = self.world.nova.boot('h1', name='live')
        server.task_state = 'migrating'
        self.world.policy.default = RESET
        self.lost_and_fenced(1)
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.assert_rows({'vm2': 'succeeded', 'live': 'failed'})
        self.assertEqual(0, self.asked('live'))
        self.assertIn('--state active', self.world.rows('h1')['live'].message)
        # The operator has looked.
        server.task_state = None
        self.world.run(5)
        uuid = self.world.recovery('h1').uuid
        self.world.daemon.engine.operator.retry(uuid, 'me')
        self.world.until_state('h1', S.EVACUATED)

    def test_deleting_is_left_to_its_owner(self):
        self.world.nova.boot('h1', name='gone').task_state = 'deleting'
        self.evacuated(0)
        self.assert_rows({'gone': 'skipped'})

    def test_left_stopped_on_request_by_any_nova(self):
        for knows in (True, False):
            with self.subTest(knows_2_95=knows):
                self.world.close()
                self.setUp()
                self.world.nova.knows_stopping = knows
                self.world.policy.default = STOP
                self.evacuated(1, off='stopped', broken='error')
                for name in ('vm1', 'off', 'broken'):
                    server = self.server(name)
                    self.assertEqual('stopped', server.vm_state, name)
                self.assertEqual('', self.world.rows('h1')['off'].message)
                self.assertIn(
                    'left stopped', self.world.rows('h1')['vm1'].message
                )

    def test_paused_on_its_way_is_reset_when_nova_refuses(self):
        self.world.nova.spawn_takes = 5.0
        self.world.policy.default = RESET
        self.lost_and_fenced(5)
        self.world.run(1)
        self.server('vm5').vm_state = 'paused'
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual('paused', self.server('vm5').vm_state)
        self.assertEqual('paused', self.world.rows('h1')['vm5'].vm_state)

    def test_a_pause_that_nova_refuses_is_told(self):
        self.world.policy.default = RESET
        self.world.faults.add(
            Fault(
                'compute',
                'pause',
                error=errors.ComputeRefused('no', 409),
                times=99,
            )
        )
        self.evacuated(0, still='paused')
        self.assertEqual(
            'is active there, was paused',
            self.world.rows('h1')['still'].message,
        )

    def test_left_behind_after_its_reset(self):
        self.world.policy.default = RESET
        self.world.nova.full = {'h2', 'h3'}
        self.lost_and_fenced(0, still='paused')
        self.world.until_state('h1', S.EVACUATION_FAILED)
        row = self.world.rows('h1')['still']
        self.assertIn('it was paused before its state was reset', row.message)
        # At the retry it is still known what it was.
        self.world.nova.full.clear()
        self.world.run(5)
        uuid = self.world.recovery('h1').uuid
        self.world.daemon.engine.operator.retry(uuid, 'me')
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual('paused', self.server('still').vm_state)

    def test_killed_at_any_call_of_the_way_round(self):
        calls = [
            ('compute', method)
            for method in ('instance', 'reset_state', 'evacuate', 'pause')
        ] + [('store', 'save_evacuations')]
        for call in calls:
            for when in (BEFORE, AFTER):
                for fault in ({'crash': True}, {'error': NOVA_AWAY}):
                    if call[0] == 'store' and 'error' in fault:
                        continue
                    with self.subTest(call=call, when=when, fault=fault):
                        self._disturbed(*call, when, fault)

    def _disturbed(self, port, method, when, fault):
        self.world.close()
        self.setUp()
        self.world.policy.default = RESET
        self.given(0, still='paused', asleep='suspended')
        self.world.lose('h1')
        self.world.fence('h1')
        self.world.faults.add(Fault(port, method, when, **fault))
        self.world.run(3)
        if not self.world.daemon.process.alive:
            self.world.start()
        self.world.until_state('h1', S.EVACUATED, 200)
        self.assertEqual('paused', self.server('still').vm_state)
        self.assertEqual('stopped', self.server('asleep').vm_state)
        self.assert_rows({'still': 'succeeded', 'asleep': 'succeeded'})
        for name in ('still', 'asleep'):
            self.assertEqual(1, self.asked(name))
        # What is active already is not reset: it may be under way.
        self.assertEqual([], self.world.ledger.acts_of('reset_for_nothing'))
        self.assert_promises_kept()

    def test_what_was_reset_is_on_record_before(self):
        self.world.policy.default = RESET
        seen = []
        reset = self.world.nova.reset_state

        def look(uuid):
            rows = self.world.storage.store.evacuations(
                self.world.recovery('h1').uuid
            )
            seen.extend((r.state.value, r.vm_state, r.message) for r in rows)
            reset(uuid)

        self.world.nova.reset_state = look
        self.evacuated(0, still='paused')
        row = self.world.rows('h1')['still']
        self.assertEqual(
            [('requested', 'paused', eligibility.beforehand(row))], seen
        )
