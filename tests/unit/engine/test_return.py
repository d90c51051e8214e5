# SPDX-License-Identifier: Apache-2.0
"""The host comes back; what nova-ha set is undone, and nothing else."""

from nova_ha.recovery.model import ServiceMark
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator import records
from tests.simulator.wire import AFTER
from tests.simulator.wire import Fault
from tests.simulator.world import NOVA_AWAY
from tests.unit.engine.base import WorldTest


class ReturnTest(WorldTest):
    def test_up_and_enabled(self):
        self.evacuated()
        self.world.power_on('h1')
        recovery = self.world.until_state('h1', S.COMPLETED)
        self.assertEqual('up and enabled', recovery.message)
        self.assertEqual([], self.world.left('h1'))

    def test_a_host_without_instances_comes_back(self):
        self.evacuated(0)
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)

    def test_power_alone_is_no_return(self):
        self.evacuated()
        self.world.power_on('h1', compute=False)
        self.world.run(300)
        self.assert_state(S.EVACUATED)

    def test_a_stale_record_needs_one_more_restart(self):
        self.evacuated(1)
        stale = records.Record(
            id=len(self.world.nova.records) + 1,
            instance='uuid-vm1',
            source='h1',
            created_at=self.world.timeline.now(),
            target='h3',
            status=records.PRE_MIGRATING,
        )
        self.world.nova.records.append(stale)
        self.world.power_on('h1')
        recovery = self.world.until_state('h1', S.RETURNING)
        self.world.run(10)
        recovery = self.world.recovery('h1')
        self.assertIn('restart nova-compute on h1 once more', recovery.message)
        self.assertTrue(self.world.nova.services['h1'].forced_down)
        self.world.nova.start_compute('h1')
        self.world.until_state('h1', S.COMPLETED)

    def test_many_records_left_are_counted(self):
        self.evacuated(5)
        for record in self.world.nova.records[:5]:
            record.status = records.COMPLETED
        for record in list(self.world.nova.records):
            self.world.nova.records.append(
                records.Record(
                    id=record.id + 100,
                    instance=record.instance,
                    source='h1',
                    created_at=self.world.timeline.now(),
                )
            )
        self.world.hosts['h1'].switch_on()
        self.world.hosts['h1'].computing = True
        self.world.nova._report(self.world.hosts['h1'], 0)
        self.world.until_state('h1', S.RETURNING)
        self.world.run(2)
        self.assertIn('and 2 more', self.world.recovery('h1').message)

    def test_waits_alarm_when_it_takes_too_long(self):
        self.evacuated(1)
        self.held_in_returning()
        self.world.run(950)
        self.assert_state(S.RETURNING)
        self.assert_alarmed('does not take h1 up yet (400): not yet')
        self.world.faults.clear()
        self.world.until_state('h1', S.COMPLETED)

    def test_lost_answers_on_the_way_back(self):
        for method in ('force_up', 'enable'):
            self.world.faults.add(
                Fault('compute', method, when=AFTER, error=NOVA_AWAY)
            )
        self.evacuated()
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)

    def test_waits_for_nova_to_call_it_up(self):
        self.evacuated()
        fault = self.held_in_returning()
        self.world.hosts['h1'].reporting = False
        self.world.run(90)
        self.world.back(fault)
        self.world.run(5)
        self.assert_state(S.RETURNING)
        self.assertIn('call h1 up', self.world.recovery('h1').message)
        self.world.hosts['h1'].reporting = True
        self.world.until_state('h1', S.COMPLETED)

    def test_those_left_behind_go_on_at_home(self):
        self.world.nova.full = {'h2', 'h3'}
        self.lost_and_fenced()
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)

    def test_it_fails_again_on_its_way_back(self):
        self.evacuated()
        first = self.world.recovery('h1').uuid
        fault = self.held_in_returning()
        self.world.lose('h1')
        self.world.back(fault)
        fenced = self.world.fence('h1')
        self.assertEqual(first, fenced.recovery.uuid)
        self.world.until_state('h1', S.EVACUATED)
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)
        self.assertFalse(self.world.nova.services['h1'].disabled)

    def test_it_fails_again_after_it_came_back(self):
        self.evacuated()
        first = self.world.recovery('h1').uuid
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)
        self.world.nova.servers['uuid-vm1'].host = 'h1'
        self.world.hosts['h2'].guests.clear()
        self.world.hosts['h3'].guests.clear()
        self.world.hosts['h1'].guests = {'uuid-vm1'}
        self.world.lose('h1')
        fenced = self.world.fence('h1')
        self.assertNotEqual(first, fenced.recovery.uuid)
        self.world.until_state('h1', S.EVACUATED)


class OperatorsSettingsTest(WorldTest):
    """Promise 4: the world itself cries out when one is undone."""

    def back(self):
        self.world.until_state('h1', S.EVACUATED)
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)
        return self.world.nova.services['h1']

    def test_disabled_before(self):
        self.given()
        self.world.nova.operator_disables('h1', 'disk swap')
        self.world.fence('h1')
        service = self.back()
        self.assertEqual('disk swap', service.reason)
        self.assertTrue(service.disabled)
        self.assertFalse(service.forced_down)
        self.assertIn('disk swap', self.world.recovery('h1').message)

    def test_forced_down_before(self):
        self.given()
        self.world.nova.operator_forces_down('h1')
        self.world.fence('h1')
        service = self.back()
        self.assertTrue(service.forced_down)
        self.assertIn('forced down', self.world.recovery('h1').message)

    def test_both_before(self):
        self.given()
        self.world.nova.operator_disables('h1', None)
        self.world.nova.operator_forces_down('h1')
        self.world.fence('h1')
        service = self.back()
        self.assertTrue(service.disabled and service.forced_down)

    def test_disabled_meanwhile(self):
        self.evacuated()
        self.world.nova.operator_disables('h1', 'memory is bad')
        service = self.back()
        self.assertEqual('memory is bad', service.reason)

    def test_disabled_meanwhile_and_fenced_again(self):
        self.evacuated()
        self.world.nova.operator_disables('h1', 'memory is bad')
        self.world.hosts['h1'].switch_on()
        self.world.fence('h1')
        service = self.back()
        self.assertEqual('memory is bad', service.reason)

    def test_forced_up_meanwhile_nova_is_told_again(self):
        self.given(8)
        self.world.nova.spawn_takes = 5.0
        self.world.fence('h1')
        self.world.run(0.5)
        self.world.nova.operator_forces_up('h1')
        self.world.until_state('h1', S.EVACUATED)
        self.assertTrue(self.world.nova.services['h1'].forced_down)

    def test_forced_up_and_disabled_meanwhile(self):
        self.given(8)
        self.world.nova.spawn_takes = 5.0
        self.world.fence('h1')
        self.world.run(0.5)
        self.world.nova.operator_forces_up('h1')
        self.world.nova.operator_disables('h1', 'mine')
        service = self.back()
        self.assertEqual('mine', service.reason)

    def test_enabled_by_hand_before_we_could(self):
        self.evacuated()
        self.world.nova.operator_enables('h1')
        service = self.back()
        self.assertFalse(service.disabled)

    def test_changed_twice_by_hand_is_no_return(self):
        """The record's updated_at moves with every PUT by anybody."""
        self.evacuated(0)
        for _ in range(4):
            self.world.run(7)
            self.world.nova.operator_disables('h1', 'still off')
        self.world.run(30)
        self.assert_state(S.EVACUATED)
        self.assertEqual([], self.world.ledger.acts_of('force_up'))

    def test_a_bmc_that_cannot_be_read_does_not_hold_the_return_up(self):
        self.evacuated(0)
        self.world.hosts['h1'].bmc = 'auth'
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)

    def test_forced_down_before_a_cancelled_recovery(self):
        self.given()
        self.world.nova.operator_forces_down('h1')
        self.world.fence('h1')
        uuid = self.world.until_state('h1', S.EVACUATED).uuid
        self.world.daemon.engine.operator.cancel(uuid, 'me')
        self.world.fence('h1')
        service = self.back()
        self.assertTrue(service.forced_down)

    def test_a_mark_of_a_recovery_nobody_knows(self):
        self.given()
        service = self.world.nova.services['h1']
        service.disabled = service.forced_down = True
        service.reason = str(
            ServiceMark('lost-with-the-store', self.world.timeline.now())
        )
        self.world.fence('h1')
        service = self.back()
        self.assertFalse(service.disabled or service.forced_down)

    def test_a_mark_of_a_cancelled_recovery_is_ours(self):
        self.evacuated()
        uuid = self.world.recovery('h1').uuid
        self.world.daemon.engine.operator.cancel(uuid, 'me')
        self.world.run(30)
        self.world.fence('h1')
        service = self.back()
        self.assertFalse(service.disabled or service.forced_down)
