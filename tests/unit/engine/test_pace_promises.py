# SPDX-License-Identifier: Apache-2.0
"""No pace breaks a promise, and everything ends or is parked with an alarm.

Any options, any number of hosts at once, and a cloud that has room, has
none, answers or does not, in any order; controllers are killed meanwhile.
"""

import contextlib
import logging
import unittest

import hypothesis
from hypothesis import strategies as st

from nova_ha.recovery import errors
from nova_ha.recovery import parking
from nova_ha.recovery import states
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.people import People
from tests.simulator.wire import AFTER
from tests.simulator.wire import BEFORE
from tests.simulator.wire import Fault
from tests.simulator.world import World

HOSTS = ('h1', 'h2', 'h3', 'h4')
UNANSWERED = errors.ComputeUnavailable('HTTP 503')

OPTIONS = st.fixed_dictionaries(
    {
        'window': st.integers(1, 9),
        'adaptive': st.booleans(),
        'window_min': st.integers(1, 4),
        'window_max': st.integers(1, 12),
        'target_window': st.sampled_from([0, 0, 1, 3]),
        'cell_window': st.sampled_from([0, 0, 1, 2]),
        'cells': st.sampled_from([(), (('one', 'h[12]'), ('two', 'h3'))]),
        'parked_interval': st.sampled_from([0.0, 20.0, 300.0]),
    }
)
HOST = st.sampled_from(HOSTS)
HAPPENS = st.one_of(
    st.tuples(st.just('time'), st.sampled_from([0.3, 2.0, 11.0, 40.0])),
    st.tuples(st.just('enable'), HOST),
    st.tuples(st.just('disable'), HOST),
    st.tuples(st.just('full'), HOST),
    st.tuples(st.just('full'), HOST),
    st.tuples(st.just('slow'), HOST),
    st.tuples(st.just('failing'), HOST),
    st.tuples(
        st.just('unanswered'),
        st.sampled_from(['evacuate', 'migrations', 'services', '*']),
        st.sampled_from([BEFORE, AFTER]),
        st.integers(1, 6),
    ),
    st.tuples(st.just('lose'), HOST),
    st.tuples(st.just('back'), HOST),
    st.tuples(st.just('restart')),
)


class Play:
    """One world, and what happens in it."""

    def __init__(self, instances, options):
        self.world = World(len(HOSTS), timeout=60.0, **options)
        for _ in range(instances):
            self.world.nova.boot('h1')
        self.world.nova.boot('h2')
        self.world.start()
        self.world.run(5)
        self.lose('h1')

    def lose(self, host):
        machine = self.world.hosts[host]
        if not machine.on or not machine.computing:
            return
        self.world.lose(host)
        with contextlib.suppress(errors.RecoveryError):
            self.world.fence(host)  # else people do it in the end

    def happen(self, what, *values):
        getattr(self, what)(*values)

    def time(self, seconds):
        self.world.run(seconds)

    def enable(self, host):
        if self.world.nova.services[host].operator_disabled:
            self.world.nova.operator_enables(host)

    def disable(self, host):
        if self._in_peace(host):
            self.world.nova.operator_disables(host, 'no more here')

    def full(self, host):
        self.world.nova.full ^= {host}

    def failing(self, host):
        self.world.nova.failing ^= {host}

    def slow(self, host):
        self.world.nova.slow[host] = 10.0

    def unanswered(self, method, when, times):
        self.world.faults.add(
            Fault('compute', method, when, UNANSWERED, times=times)
        )

    def back(self, host):
        if not self.world.hosts[host].on:
            self.world.power_on(host)

    def restart(self):
        self.world.restart()

    def _in_peace(self, host):
        return self.world.storage.store.active(host) is None

    def require_told(self):
        """Whatever does not go on has called somebody."""
        self.world.faults.clear()
        self.world.nova.slow.clear()
        self.world.run(120)
        store = self.world.storage.store
        for recovery in store.recoveries(active=True):
            waits = self.world.timeline.now() - recovery.state_since
            if recovery.state in states.NEEDS_SOMEBODY:
                assert self.world.notices.alarmed(recovery.uuid), recovery
            elif recovery.state is S.EVACUATING:
                # In a retry, or held up by a target that never answers.
                assert waits.total_seconds() < 400, recovery
            for row in store.evacuations(recovery.uuid):
                want = parking.is_for_want_of_room(row.message)
                if row.state is EvacuationState.FAILED and want:
                    assert row.message.startswith(parking.PARKED), row

    def require_end(self):
        people = People(self.world)
        people.heal()
        left = people.until_the_end()
        assert not left, (left, self.world.notices.alarms[-3:])
        for server in self.world.nova.servers.values():
            self.world.nova.court.require_single(server)
        assert not self.world.ledger.broken, self.world.ledger.broken


class PacePromisesTest(unittest.TestCase):
    def setUp(self):
        super().setUp()
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    @hypothesis.settings(
        max_examples=20,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(
        st.integers(1, 25), OPTIONS, st.lists(HAPPENS, max_size=14)
    )
    def test_kept(self, instances, options, happens):
        play = Play(instances, options)
        try:
            for what in happens:
                play.happen(*what)
            assert not play.world.ledger.broken, play.world.ledger.broken
            play.require_told()
            play.require_end()
        finally:
            play.world.close()
