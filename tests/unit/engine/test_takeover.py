# SPDX-License-Identifier: Apache-2.0
"""Two controllers on one store."""

from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.wire import AFTER
from tests.simulator.wire import Fault
from tests.unit.engine.base import WorldTest


class TakeoverTest(WorldTest):
    def setUp(self):
        super().setUp()
        self.given(6)
        self.world.start('c2')
        self.world.run(3)

    def test_the_other_takes_over_when_the_lease_has_run_out(self):
        self.world.nova.spawn_takes = 10.0
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATING)
        self.world.run(1)
        self.world.crash('c1')
        self.world.run(20)
        self.assertEqual('c1', self.world.recovery('h1').owner)
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual('c2', self.world.recovery('h1').owner)
        for number in range(1, 7):
            self.assertEqual(1, self.asked(f'vm{number}'))

    def test_the_other_is_asked_while_the_first_drives(self):
        self.world.nova.spawn_takes = 10.0
        first = self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATING)
        again = self.world.fence('h1', owner='c2')
        self.assertEqual(first.recovery.uuid, again.recovery.uuid)
        self.world.until_state('h1', S.EVACUATED)
        self.assertNotIn('off_lost', self.world.history('h1'))

    def test_both_are_asked_at_once(self):
        answers = []
        self.world.timeline.after(
            0.0, lambda: answers.append(self.world.fence('h1', owner='c2'))
        )
        answers.append(self.world.fence('h1'))
        self.world.until(lambda: len(answers) == 2)
        self.assertEqual(1, len({a.recovery.uuid for a in answers}))
        self.world.until_state('h1', S.EVACUATED)
        for number in range(1, 7):
            self.assertEqual(1, self.asked(f'vm{number}'))

    def test_what_is_being_written_is_ours(self):
        """The other scans all the time, but it is not to be had."""
        slow = Fault(
            'store', 'save', only=lambda recovery, owner, *_: owner == 'c1'
        )
        slow.delay = 5.0
        self.world.faults.add(slow)
        self.world.fence('h1')
        self.assertEqual('c1', self.world.recovery('h1').owner)
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual('c1', self.world.recovery('h1').owner)

    def test_the_other_takes_up_what_is_being_written(self):
        """The answer names the recovery; nothing goes to the spool."""
        for method, times in (('save', 2), ('renew', 100)):
            frozen = Fault(
                'store', method, only=lambda *arguments: 'c1' in arguments
            )
            frozen.delay = 45.0  # longer than a lease
            frozen.times = times  # both who was asked and who drives it
            self.world.faults.add(frozen)
        answer = self.world.fence('h1')
        self.assertEqual('c2', self.world.recovery('h1').owner)
        self.assertIsNotNone(answer.recovery)
        self.world.until_state('h1', S.EVACUATED)
        self.assertNotIn('off_lost', self.world.history('h1'))

    def test_frozen_between_writing_down_and_asking(self):
        """When it wakes, the other has asked in its place."""
        self.world.nova.spawn_takes = 120.0

        def writes_a_request(_recovery, owner, rows, *_more):
            asked = [r for r in rows if r.state is EvacuationState.REQUESTED]
            return owner == 'c1' and bool(asked)

        for fault in (
            Fault('store', 'save_evacuations', AFTER, only=writes_a_request),
            Fault('store', 'renew', only=lambda owner, _lease: owner == 'c1'),
        ):
            fault.delay = 90.0
            self.world.faults.add(fault)
        self.world.run(10)
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATED, 900)
        self.assertEqual('c2', self.world.recovery('h1').owner)
        for number in range(1, 7):
            self.assertEqual(1, self.asked(f'vm{number}'))

    def test_one_that_is_stopped_gives_its_leases_up(self):
        self.world.nova.spawn_takes = 10.0
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATING)
        self.world.storage.store.release('c1')
        self.world.crash('c1')
        self.world.run(5)
        self.assertEqual('c2', self.world.recovery('h1').owner)
