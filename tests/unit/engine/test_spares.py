# SPDX-License-Identifier: Apache-2.0
"""Spares: taken when a host fails, given back when they are not needed."""

import types

from nova_ha.recovery import errors
from nova_ha.recovery.spares import LoanState
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.wire import AFTER
from tests.simulator.wire import BEFORE
from tests.simulator.wire import Fault
from tests.unit.engine.base import WorldTest

AZ, SSD, GPU = 1, 2, 3


class SpareTest(WorldTest):
    """h1 and h2 serve, h3 and h4 are spares."""

    HOSTS = 4

    def setUp(self):
        super().setUp()
        self.nova, self.store = self.world.nova, self.world.storage.store
        self.groups = self.nova.host_aggregates
        self.groups.make(AZ, 'az1', 'h1', 'h2', zone='az1')
        self.groups.make(SSD, 'ssd', 'h1')
        self.groups.make(GPU, 'gpu', 'h2')
        self.world.reserve('h3')
        self.world.reserve('h4')
        self.nova.spawn_takes = 4.0

    def loans(self, host='h1'):
        return self.store.loans(recovery=self.world.recovery(host).uuid)

    def loan(self, host='h1'):
        [loan] = self.loans(host)
        return loan

    def until_loan(self, state, host='h1', seconds=120.0):
        self.world.until(
            lambda: any(x.state is state for x in self.loans(host)), seconds
        )

    def lent(self, instances=6, **states):
        """h1 is lost, and h3 stands in for it."""
        self.lost_and_fenced(instances, **states)
        self.until_loan(LoanState.LENT)

    def comes_back(self, host='h1'):
        self.world.power_on(host)
        self.world.until_state(host, S.COMPLETED)

    def order(self, verb, spare='h3'):
        daemon = self.world.daemon
        return daemon.ask(
            lambda: getattr(daemon.engine.spare_side.orders, verb)(
                spare, 'Ann'
            )
        )

    def empty(self, host):
        for server in self.nova.servers.values():
            if server.host == host:
                self.nova.delete(server)

    def assert_as_before(self, spare='h3', reason='spare'):
        service = self.nova.services[spare]
        self.assertEqual((True, reason), (service.disabled, service.reason))
        self.assertEqual(set(), self.groups.of(spare))

    def assert_in_history(self, *names, host='h1'):
        found = [n for n in self.world.history(host) if 'spare' in n]
        self.assertEqual(list(names), found)


class TakingTest(SpareTest):
    def test_enabled_and_in_the_failed_hosts_aggregates(self):
        self.lent()
        self.assertFalse(self.nova.services['h3'].disabled)
        self.assertEqual({'az1', 'ssd'}, self.groups.of('h3'))
        self.assertTrue(self.nova.services['h4'].disabled)
        loan = self.loan()
        self.assertEqual(('h3', 'h1'), (loan.spare, loan.host))
        self.assertEqual('spare', loan.undo.disabled_reason)
        self.assertEqual([AZ, SSD], [j.id for j in loan.undo.joined])
        self.assert_in_history('spare_taking', 'spare_lent')

    def test_in_the_aggregates_before_it_is_enabled(self):
        self.lent()
        joined = self.world.ledger.acts_of('add_to_aggregate', 'h3')
        enabled = self.world.ledger.acts_of('enable', 'h3')
        self.assertEqual((2, 1), (len(joined), len(enabled)))
        acts = [w for _at, w, on in self.world.ledger.acts if on == 'h3']
        self.assertEqual('enable', acts[-1])

    def test_evacuations_do_not_wait_for_it(self):
        self.world.faults.add(Fault('compute', 'services', delay=30.0))
        self.world.faults.add(Fault('compute', 'aggregates', delay=30.0))
        self.lost_and_fenced(2)
        self.world.until_state('h1', S.EVACUATED, 15.0)
        self.assertEqual((), tuple(self.loans()))

    def test_nothing_is_asked_before_the_first_evacuation(self):
        self.lost_and_fenced(2)
        self.until_loan(LoanState.LENT)
        first = min(self.world.ledger.acts_of('evacuate'))
        self.assertGreater(
            min(self.world.ledger.acts_of('add_to_aggregate')), first
        )

    def test_where_none_else_has_room(self):
        self.nova.full.add('h2')
        self.lent(2)
        self.world.until_state('h1', S.EVACUATED)
        targets = {row.target for row in self.world.rows('h1').values()}
        self.assertEqual({'h3'}, targets)

    def test_two_hosts_two_spares(self):
        self.given(3)
        self.nova.boot('h2')
        for host in ('h1', 'h2'):
            self.world.lose(host)
        self.world.fence('h1')
        self.world.fence('h2')
        self.until_loan(LoanState.LENT, 'h1')
        self.until_loan(LoanState.LENT, 'h2')
        self.assertEqual(
            {'h3', 'h4'}, {self.loan('h1').spare, self.loan('h2').spare}
        )
        spare = self.loan('h2').spare
        self.assertEqual({'az1', 'gpu'}, self.groups.of(spare))

    def test_the_one_with_most_in_common(self):
        self.groups.operator_adds(AZ, 'h4', busy=False)
        self.lent()
        loan = self.loan()
        self.assertEqual('h4', loan.spare)
        self.assertEqual([SSD], [j.id for j in loan.undo.joined])

    def test_one_with_instances_is_none(self):
        self.nova.boot('h3')
        self.lent()
        self.assertEqual('h4', self.loan().spare)

    def test_one_that_is_down_is_none(self):
        self.world.hosts['h3'].die()
        self.world.run(90)
        self.lent()
        self.assertEqual('h4', self.loan().spare)

    def test_no_instances_no_spare(self):
        self.lost_and_fenced(0)
        self.world.until_state('h1', S.EVACUATED)
        self.world.run(10)
        self.assertEqual((), tuple(self.loans()))

    def test_none_is_left(self):
        self.nova.operator_enables('h3')
        self.world.hosts['h4'].die()
        self.world.run(90)
        self.nova.full |= {'h2', 'h3'}
        self.lost_and_fenced(2)
        self.world.until(lambda: 'no_spare_left' in self.world.history('h1'))
        self.assert_alarmed('no spare is left for h1: h3: it is enabled')
        self.assert_alarmed('h4: its nova-compute is down')
        alarms = len(self.world.notices.alarms)
        self.nova.full.clear()
        self.world.run(5)
        self.assertEqual(alarms, len(self.world.notices.alarms))
        self.assertEqual(1, self.world.history('h1').count('no_spare_left'))

    def test_one_that_turns_up_later_is_taken(self):
        self.nova.operator_enables('h3')
        self.nova.operator_enables('h4')
        self.nova.spawn_takes = 60.0
        self.lost_and_fenced(2)
        self.world.until(lambda: 'no_spare_left' in self.world.history('h1'))
        self.nova.services['h4'].disabled = True
        self.until_loan(LoanState.LENT)
        self.assertEqual('h4', self.loan().spare)

    def test_nova_does_not_let_it_in(self):
        """Somebody puts it into another zone at that very moment."""
        refuse = Fault(
            'compute',
            'add_to_aggregate',
            error=errors.ComputeRefused('in another zone', 409),
        )
        self.world.faults.add(refuse)
        self.lost_and_fenced(6)
        self.world.until(lambda: len(self.loans()) == 2)
        self.until_loan(LoanState.LENT)
        refused, lent = self.loans()
        self.assertEqual('h3', refused.spare)
        self.assertEqual('h4', lent.spare)
        self.until_loan(LoanState.RETURNED)
        self.assert_as_before('h3')

    def test_who_puts_it_in_himself_keeps_it_there(self):
        """Between our look and our request."""

        def quicker(aggregate, host):
            if aggregate == SSD:
                self.groups.operator_adds(SSD, host, busy=False)
            return False

        self.world.faults.add(
            Fault('compute', 'add_to_aggregate', only=quicker)
        )
        self.lent()
        self.assertEqual([AZ], [j.id for j in self.loan().undo.joined])
        self.world.until_state('h1', S.EVACUATED)
        self.empty('h3')
        self.comes_back()
        self.until_loan(LoanState.RETURNED)
        self.assertEqual({'ssd'}, self.groups.of('h3'))

    def test_an_aggregate_that_is_gone(self):
        self.world.faults.add(
            Fault(
                'compute',
                'add_to_aggregate',
                error=errors.ComputeNotFound('no aggregate'),
            )
        )
        self.lent()
        self.assertEqual({'ssd'}, self.groups.of('h3'))

    def test_who_disables_it_for_himself_keeps_it(self):
        slow = Fault('compute', 'add_to_aggregate', AFTER, delay=3.0)
        slow.error = errors.ComputeUnavailable('late')
        self.world.faults.add(slow)
        self.lost_and_fenced(6)
        self.until_loan(LoanState.TAKING)
        self.nova.operator_disables('h3', 'bad fan')
        self.until_loan(LoanState.RETURNED)
        self.assert_as_before('h3', 'bad fan')
        self.assertEqual([], self.world.ledger.acts_of('enable', 'h3'))

    def test_nova_that_refuses_is_told(self):
        refuse = Fault(
            'compute',
            'enable',
            error=errors.ComputeForbidden('no rights', 403),
            times=10**6,
        )
        self.world.faults.add(refuse)
        self.nova.spawn_takes = 300.0
        self.lost_and_fenced(2)
        self.world.until(
            lambda: self.world.notices.alarmed(
                self.world.recovery('h1').uuid, 'could not be enabled'
            )
        )
        self.assertIn('no rights', self.loan().message)


class ReturnTest(SpareTest):
    def test_at_once_when_nothing_landed_on_it(self):
        self.lost_and_fenced(6)
        self.nova.full.add('h3')
        self.world.until_state('h1', S.EVACUATED)
        self.world.run(10)
        self.assertIs(LoanState.RETURNED, self.loan().state)
        self.assert_as_before()
        self.assert_in_history(
            'spare_taking', 'spare_lent', 'spare_giving_back', 'spare_returned'
        )

    def test_used_it_stays_until_the_host_is_back(self):
        self.lent()
        self.world.until_state('h1', S.EVACUATED)
        self.world.run(60)
        self.assertIs(LoanState.LENT, self.loan().state)
        self.assertIn('h3', self.loan().message)
        self.empty('h3')
        self.comes_back()
        self.until_loan(LoanState.RETURNED)
        self.assert_as_before()

    def test_in_use_it_stays_as_it_is_and_people_are_told(self):
        self.lent()
        self.world.until_state('h1', S.EVACUATED)
        self.comes_back()
        self.until_loan(LoanState.IN_USE)
        self.world.run(120)
        self.assertFalse(self.nova.services['h3'].disabled)
        self.assertEqual({'az1', 'ssd'}, self.groups.of('h3'))
        self.assert_alarmed('nova-ha-manage spare keep h3')
        self.empty('h3')
        self.until_loan(LoanState.RETURNED)
        self.assert_as_before()

    def test_disabled_before_it_leaves(self):
        self.lost_and_fenced(6)
        self.nova.full.add('h3')
        self.world.until_state('h1', S.EVACUATED)
        self.world.until(lambda: self.loan().state is LoanState.RETURNED)
        [off] = self.world.ledger.acts_of('disable', 'h3')
        left = self.world.ledger.acts_of('remove_from_aggregate', 'h3')
        self.assertGreaterEqual(min(left) - off, 5.0)

    def test_one_that_something_lands_on_at_the_last_moment(self):
        self.lost_and_fenced(6)
        self.nova.full.add('h3')
        self.world.until_state('h1', S.EVACUATED)
        self.until_loan(LoanState.GIVING_BACK)
        late = self.nova.boot('h3')
        self.world.run(60)
        self.assertIs(LoanState.GIVING_BACK, self.loan().state)
        self.assertEqual({'az1', 'ssd'}, self.groups.of('h3'))
        self.assertIn(late.name, self.loan().message)
        self.world.run(900)
        self.assert_alarmed('could not be given back')
        self.nova.delete(late)
        self.until_loan(LoanState.RETURNED)
        self.assert_as_before()

    def test_who_disables_it_meanwhile_keeps_his_reason(self):
        self.lent()
        self.nova.operator_disables('h3', 'bad fan')
        self.world.until_state('h1', S.EVACUATED)
        self.empty('h3')
        self.comes_back()
        self.until_loan(LoanState.RETURNED)
        self.assert_as_before(reason='bad fan')

    def test_who_enables_it_after_that_keeps_it_enabled(self):
        self.lost_and_fenced(6)
        self.nova.full.add('h3')
        self.world.until_state('h1', S.EVACUATED)
        self.until_loan(LoanState.GIVING_BACK)
        self.world.until(lambda: not self.loan().undo.enabled)
        self.nova.operator_enables('h3')
        self.until_loan(LoanState.RETURNED)
        self.assertFalse(self.nova.services['h3'].disabled)

    def test_who_takes_it_out_meanwhile_is_right(self):
        self.lent()
        self.groups.operator_removes(SSD, 'h3')
        self.world.until_state('h1', S.EVACUATED)
        self.empty('h3')
        self.comes_back()
        self.until_loan(LoanState.RETURNED)
        self.assert_as_before()
        self.assertEqual(
            1, len(self.world.ledger.acts_of('remove_from_aggregate'))
        )

    def test_without_a_reason_before_without_one_after(self):
        self.nova.services['h3'].reason = None
        self.lost_and_fenced(6)
        self.nova.full.add('h3')
        self.until_loan(LoanState.RETURNED)
        self.assert_as_before(reason=None)

    def test_after_a_retry_one_is_taken_again(self):
        self.nova.full |= {'h2', 'h3'}
        self.lost_and_fenced(2)
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.until_loan(LoanState.RETURNED)
        self.nova.full.clear()
        daemon = self.world.daemon
        daemon.ask(
            lambda: daemon.engine.operator.retry(
                self.world.recovery('h1').uuid, 'Ann'
            )
        )
        self.until_loan(LoanState.LENT)
        self.assertEqual(2, len(self.loans()))

    def test_a_cancelled_recovery_gives_it_back(self):
        self.nova.full |= {'h2', 'h3'}
        self.lost_and_fenced(2)
        self.until_loan(LoanState.LENT)
        self.world.until_state('h1', S.EVACUATION_FAILED)
        daemon = self.world.daemon
        daemon.ask(
            lambda: daemon.engine.operator.cancel(
                self.world.recovery('h1').uuid, 'Ann'
            )
        )
        self.until_loan(LoanState.RETURNED)
        self.assert_as_before()

    def test_a_spare_that_fails_itself(self):
        self.lent()
        self.world.until_state('h1', S.EVACUATED)
        self.world.lose('h3')
        self.world.fence('h3')
        self.world.until_state('h3', S.EVACUATED)
        self.comes_back('h1')
        self.world.run(60)
        self.assertIs(LoanState.GIVING_BACK, self.loan().state)
        self.assertIn('recovery of h3', self.loan().message)
        self.comes_back('h3')
        self.until_loan(LoanState.RETURNED)
        self.assert_as_before()


class OrdersTest(SpareTest):
    def test_keep(self):
        self.lent()
        loan = self.order('keep')
        self.assertIs(LoanState.KEPT, loan.state)
        self.world.until_state('h1', S.EVACUATED)
        self.comes_back()
        self.world.run(60)
        self.assertFalse(self.nova.services['h3'].disabled)
        self.assertEqual({'az1', 'ssd'}, self.groups.of('h3'))
        self.assertEqual('kept by Ann', self.loan().message)
        self.assert_in_history('spare_taking', 'spare_lent', 'spare_kept')

    def test_give_back_while_it_is_in_use(self):
        self.lent()
        self.world.until_state('h1', S.EVACUATED)
        self.order('give_back', 'node-h3')
        self.world.run(10)
        self.assertTrue(self.nova.services['h3'].disabled)
        self.assertEqual({'az1', 'ssd'}, self.groups.of('h3'))
        self.empty('h3')
        self.until_loan(LoanState.RETURNED)
        self.assert_as_before()

    def test_give_back_in_mid_incident_is_not_undone(self):
        self.nova.spawn_takes = 60.0
        self.lent(2)
        self.order('give_back')
        self.until_loan(LoanState.RETURNED)
        self.world.run(10)
        self.assertEqual(['h3', 'h4'], [x.spare for x in self.loans()])

    def test_twice_is_no_harm(self):
        self.lent()
        first = self.order('give_back')
        self.assertEqual(first.uuid, self.order('give_back').uuid)

    def test_what_is_not_lent(self):
        self.given(1)
        for verb in ('give_back', 'keep'):
            with self.assertRaisesRegex(errors.UnknownLoan, 'h4 is not on'):
                self.order(verb, 'h4')


CALLS = (
    ('store', 'take_spare'),
    ('store', 'save_loan'),
    ('compute', 'add_to_aggregate'),
    ('compute', 'enable'),
    ('compute', 'disable'),
    ('compute', 'remove_from_aggregate'),
)


class KilledTest(SpareTest):
    """kill -9 before and after every step: the same end."""

    def test_killed_at_every_step(self):
        for port, method in CALLS:
            for when in (BEFORE, AFTER):
                for nth in range(1, 6):
                    with self.subTest(method=method, when=when, nth=nth):
                        self._play(port, method, when, nth)

    def _play(self, port, method, when, nth):
        self.doCleanups()
        self.setUp()
        counted = iter(range(1, 1000))
        self.world.faults.add(
            Fault(
                port,
                method,
                when,
                crash=True,
                times=1,
                only=lambda *_a, **_k: next(counted) == nth,
            )
        )
        self.given(6)
        self.world.lose('h1')
        self.world.fence('h1')
        self._until(self._has_been_lent)
        self._until(lambda: self.world.recovery('h1').state is S.EVACUATED)
        self.empty('h3')
        self.world.power_on('h1')
        self._until(lambda: self.world.recovery('h1').state is S.COMPLETED)
        self._until(lambda: self.loan().state is LoanState.RETURNED)
        self.assert_as_before()
        self.assert_promises_kept()
        if nth == 1:
            self.assertEqual(['c1', 'c1'], self.world.starts)

    def _has_been_lent(self):
        return any(x.state is not LoanState.TAKING for x in self.loans())

    def _until(self, happened):
        """Let time pass; whoever was killed is started again."""
        for _ in range(100):
            if happened():
                return
            if not self.world.daemon.process.alive:
                self.world.start()
            self.world.run(2)
        self.fail([*self.loans(), self.world.recovery('h1')])


class TwoControllersTest(SpareTest):
    def test_one_spare_and_never_two(self):
        self.given(6)
        self.world.start('c2')
        self.world.lose('h1')
        self.world.fence('h1')
        self.until_loan(LoanState.LENT)
        self.world.run(20)
        self.assertEqual(1, len(self.loans()))
        self.assertEqual(1, len(self.world.ledger.acts_of('enable', 'h3')))

    def test_the_other_takes_over(self):
        self.nova.spawn_takes = 100.0
        self.given(6)
        self.world.start('c2')
        self.world.lose('h1')
        self.world.faults.add(Fault('compute', 'enable', crash=True))
        self.world.fence('h1')
        self.until_loan(LoanState.LENT)
        self.assertFalse(self.world.daemons['c1'].process.alive)
        self.assertEqual('c2', self.loan().owner)

    def test_an_order_may_come_to_either(self):
        self.given(6)
        self.world.start('c2')
        self.world.lose('h1')
        self.world.fence('h1')
        self.until_loan(LoanState.LENT)
        other = self.world.daemons['c2']
        other.ask(lambda: other.engine.spare_side.orders.keep('h3', 'Ann'))
        self.assertIs(LoanState.KEPT, self.loan().state)


class OffTest(SpareTest):
    SETTINGS = types.MappingProxyType({'spares_per_host': 0})

    def test_none_is_taken(self):
        self.evacuated(4)
        self.world.run(30)
        self.assertEqual((), tuple(self.loans()))
        self.assertNotIn('no_spare_left', self.world.history('h1'))
