# SPDX-License-Identifier: Apache-2.0
"""Spares, over random orders of whatever can happen to them.

The world tells of a promise broken. At the end all is repaired, and each
loan has ended or people have been told of it.

NOVA_HA_PROMISES=deep looks at other and far more examples.
"""

import contextlib
import logging
import os
import unittest

import hypothesis
from hypothesis import stateful
from hypothesis import strategies as st

from nova_ha.recovery import errors
from nova_ha.recovery import spares
from nova_ha.recovery.spares import LoanState
from nova_ha.recovery.states import RecoveryState
from tests.simulator.daemon import AnswerLost
from tests.simulator.people import People
from tests.simulator.wire import AFTER
from tests.simulator.wire import BEFORE
from tests.simulator.wire import Fault
from tests.simulator.world import NOVA_AWAY
from tests.simulator.world import STORE_AWAY
from tests.simulator.world import World

DEEP = os.environ.get('NOVA_HA_PROMISES') == 'deep'

SERVING = st.sampled_from(['h1', 'h2'])
SPARES = st.sampled_from(['h3', 'h4'])
ANY_HOST = st.sampled_from(['h1', 'h2', 'h3', 'h4'])
OWNERS = st.sampled_from(['c1', 'c2'])
WHEN = st.sampled_from([BEFORE, AFTER])
GROUPS = st.sampled_from([1, 2, 3])
CALLS = st.sampled_from(
    [
        ('compute', 'add_to_aggregate'),
        ('compute', 'remove_from_aggregate'),
        ('compute', 'enable'),
        ('compute', 'disable'),
        ('compute', 'services'),
        ('compute', 'aggregates'),
        ('compute', 'instances'),
        ('store', 'take_spare'),
        ('store', 'save_loan'),
        ('store', 'claim_loans'),
        ('store', 'loans'),
    ]
)


class SparePromises(stateful.RuleBasedStateMachine):
    """Two hosts that serve, two spares, two controllers."""

    @stateful.initialize(instances=st.integers(1, 4))
    def begin(self, instances):
        self.world = World(4, timeout=90.0, spares_reason='spare')
        nova = self.world.nova
        nova.host_aggregates.make(1, 'az1', 'h1', 'h2', zone='az1')
        nova.host_aggregates.make(2, 'ssd', 'h1', 'h3')
        nova.host_aggregates.make(3, 'gpu', 'h2')
        for spare in ('h3', 'h4'):
            self.world.reserve(spare)
        for _ in range(instances):
            nova.boot('h1')
        nova.boot('h2')
        for owner in ('c1', 'c2'):
            self._start(owner)

    @stateful.rule(seconds=st.sampled_from([0.3, 1.0, 6.0, 45.0]))
    def time_passes(self, seconds):
        self.world.run(seconds)

    @stateful.rule(host=ANY_HOST)
    def host_dies_and_is_fenced(self, host):
        self.world.lose(host)
        self._fence(host)

    @stateful.rule(host=ANY_HOST)
    def power_comes_on(self, host):
        self.world.power_on(host)

    @stateful.rule(seconds=st.sampled_from([0.3, 10.0]))
    def spawning_takes(self, seconds):
        self.world.nova.spawn_takes = seconds

    @stateful.rule(host=ANY_HOST)
    def no_room_on(self, host):
        self.world.nova.full ^= {host}

    @stateful.rule(spare=SPARES)
    def a_user_boots_there(self, spare):
        service = self.world.nova.services[spare]
        up = service.up(self.world.timeline.now())
        if up and not service.disabled:
            self.world.nova.boot(spare)

    @stateful.rule(host=ANY_HOST)
    def instances_are_deleted(self, host):
        self._empty(host)

    @stateful.rule(call=CALLS, when=WHEN)
    def no_answer(self, call, when):
        error = NOVA_AWAY if call[0] == 'compute' else STORE_AWAY
        self._arm(Fault(*call, when, error))

    @stateful.rule(call=CALLS, when=WHEN)
    def killed_at_a_call(self, call, when):
        self._arm(Fault(*call, when, crash=True))

    @stateful.rule(call=CALLS, when=WHEN)
    def a_call_takes_long(self, call, when):
        if call[1] not in ('enable', 'disable') or when == AFTER:
            # Nobody sees what an operator does while a request is on its way.
            self._arm(Fault(*call, when, delay=4.0))

    @stateful.rule(owner=OWNERS)
    def killed(self, owner):
        self.world.crash(owner)

    @stateful.rule(owner=OWNERS)
    def started_again(self, owner):
        self._start(owner)

    @stateful.rule(spare=SPARES, owner=OWNERS, verb=st.booleans())
    def a_person_orders(self, spare, owner, verb):
        daemon = self.world.daemons[owner]
        if not daemon.process.alive:
            return
        orders = daemon.engine.spare_side.orders
        order = orders.keep if verb else orders.give_back
        with contextlib.suppress(errors.RecoveryError, AnswerLost):
            daemon.ask(lambda: order(spare, 'Ann'))

    @stateful.rule(spare=SPARES)
    def an_operator_disables(self, spare):
        self.world.nova.operator_disables(spare, 'bad fan')

    @stateful.rule(spare=SPARES)
    def an_operator_enables(self, spare):
        """Where it is his: while it is lent nobody could tell."""
        if not self._open(spare):
            self.world.nova.operator_enables(spare)

    @stateful.rule(spare=SPARES, group=GROUPS)
    def an_operator_puts_it_in(self, spare, group):
        """In peace: while we are about to, nobody could tell."""
        if self._open(spare):
            return
        nova = self.world.nova
        with contextlib.suppress(errors.ComputeError):
            nova.host_aggregates.operator_adds(
                group, spare, nova.any_on(spare)
            )

    @stateful.rule(spare=SPARES, group=GROUPS)
    def an_operator_takes_it_out(self, spare, group):
        self.world.nova.host_aggregates.operator_removes(group, spare)

    @stateful.invariant()
    def promises(self):
        if not hasattr(self, 'world'):
            return
        assert not self.world.ledger.broken, self.world.ledger.broken
        lent = [x.spare for x in self._store.loans(open_only=True)]
        assert len(lent) == len(set(lent)), lent

    def teardown(self):
        if not hasattr(self, 'world'):
            return
        try:
            people = People(self.world)
            people.heal()
            left = people.until_the_end()
            assert not left, left
            self._require_told()
            for spare in ('h3', 'h4'):
                self._empty(spare)
            self.world.run(120)
            self._require_ended()
            self.promises()
        finally:
            self.world.close()

    def _require_told(self):
        """Whatever is in use for good has called somebody."""
        self.world.run(60)
        for loan in self._store.loans(open_only=True):
            assert loan.state in (
                LoanState.IN_USE,
                LoanState.GIVING_BACK,
            ), loan
            told = self.world.notices.alarmed(loan.recovery, loan.spare)
            assert told or loan.state is LoanState.GIVING_BACK, loan
            assert loan.message, loan

    def _require_ended(self):
        """Empty, every spare went back, and is out of what we put it in."""
        loans = self._store.loans()
        assert all(x.state in spares.ENDED for x in loans), loans
        kept = {x.spare for x in loans if x.state is LoanState.KEPT}
        ours = self.world.nova.host_aggregates.ours
        assert {host for _id, host in ours} <= kept, (ours, loans)
        for recovery in self._store.recoveries():
            assert recovery.state in (
                RecoveryState.COMPLETED,
                RecoveryState.CANCELLED,
            ), recovery

    @property
    def _store(self):
        return self.world.storage.store

    def _open(self, spare):
        return self._store.loans(spare=spare, open_only=True)

    def _empty(self, host):
        nova = self.world.nova
        for server in nova.servers.values():
            if server.host == host and not nova.is_evacuating(server):
                nova.delete(server)

    def _fence(self, host):
        for daemon in self.world.daemons.values():
            if daemon.process.alive:
                with contextlib.suppress(errors.RecoveryError, AnswerLost):
                    self.world.fence(host, 20.0, daemon.settings.owner)
                return

    def _start(self, owner):
        daemon = self.world.daemons.get(owner)
        if daemon is None or not daemon.process.alive:
            self.world.start(owner)

    def _arm(self, fault):
        if len(self.world.faults.armed) < 4:
            self.world.faults.add(fault)


PROFILE = hypothesis.settings(
    max_examples=2000 if DEEP else 15,
    stateful_step_count=50 if DEEP else 20,
    derandomize=not DEEP,
    database=None,
    deadline=None,
    print_blob=DEEP,
    suppress_health_check=list(hypothesis.HealthCheck),
)


class SparePromisesTest(SparePromises.TestCase):
    settings = PROFILE

    def setUp(self):
        super().setUp()
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)


if __name__ == '__main__':
    unittest.main()
