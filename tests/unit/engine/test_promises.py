# SPDX-License-Identifier: Apache-2.0
"""The promises, over random orders of whatever can happen.

The world itself tells of a promise broken: it knows what is off, what runs
where, what an operator wants, and sees every act of nova-ha. At the end all
is repaired, and every incident has to come to its end.

The same examples each time; NOVA_HA_PROMISES=deep looks at other and far
more of them.
"""

import contextlib
import logging
import os
import unittest

import hypothesis
from hypothesis import stateful
from hypothesis import strategies as st

from nova_ha.recovery import errors
from nova_ha.recovery import lifecycle
from nova_ha.recovery import safety
from nova_ha.recovery import states
from nova_ha.recovery.guards import GuardLimits
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import Event
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.daemon import AnswerLost
from tests.simulator.people import People
from tests.simulator.wire import AFTER
from tests.simulator.wire import BEFORE
from tests.simulator.wire import Fault
from tests.simulator.world import NOVA_AWAY
from tests.simulator.world import STORE_AWAY
from tests.simulator.world import World

DEEP = os.environ.get('NOVA_HA_PROMISES') == 'deep'

HOSTS = st.sampled_from(['h1', 'h2', 'h3'])
OWNERS = st.sampled_from(['c1', 'c2'])
WHEN = st.sampled_from([BEFORE, AFTER])
NOVA_CALLS = st.sampled_from(
    ['evacuate', 'force_down', 'force_up', 'enable', 'instance', 'migrations']
)
STORE_WRITES = st.sampled_from(['open', 'save', 'save_evacuations', 'claim'])
ANY_CALL = st.sampled_from(
    [
        ('compute', 'evacuate'),
        ('compute', 'force_down'),
        ('compute', 'force_up'),
        ('compute', 'enable'),
        ('compute', 'instance'),
        ('compute', 'instances'),
        ('compute', 'migrations'),
        ('power', 'power_off'),
        ('power', 'power_state'),
        ('spool', 'put'),
        ('spool', 'remove'),
        ('store', 'active'),
        ('store', 'open'),
        ('store', 'save'),
        ('store', 'save_evacuations'),
        ('notifier', 'alarm'),
    ]
)


class Promises(stateful.RuleBasedStateMachine):
    """Three hosts, two controllers, and everything that can go wrong."""

    @stateful.initialize(
        instances=st.integers(1, 6), at_a_time=st.sampled_from([0, 1])
    )
    def begin(self, instances, at_a_time):
        self.world = World(
            3, guards=GuardLimits(hosts_at_a_time=at_a_time), timeout=90.0
        )
        for number in range(instances):
            vm_state = 'stopped' if number % 4 == 3 else 'active'
            self.world.nova.boot('h1', vm_state)
        self.world.nova.boot('h2')
        self.world.nova.boot('h1', 'paused')
        self.outages = {}
        self.started = {}
        self._start('c1')
        self._start('c2')

    # The world.

    @stateful.rule(seconds=st.sampled_from([0.1, 0.6, 3.0, 12.0, 45.0]))
    def time_passes(self, seconds):
        self.world.run(seconds)
        self._require_alarms()

    @stateful.rule(host=HOSTS)
    def host_dies(self, host):
        self.world.lose(host)

    @stateful.rule(host=HOSTS)
    def nova_compute_stops_and_guests_run_on(self, host):
        self.world.hosts[host].die()

    @stateful.rule(host=HOSTS, compute=st.booleans())
    def power_comes_on(self, host, compute):
        self.world.power_on(host, compute)

    @stateful.rule(host=HOSTS)
    def nova_compute_starts(self, host):
        if self.world.hosts[host].on:
            self.world.nova.start_compute(host)

    @stateful.rule(
        host=HOSTS, bmc=st.sampled_from(['ok', 'ok', 'dead', 'stuck', 'auth'])
    )
    def bmc_changes(self, host, bmc):
        self.world.hosts[host].bmc = bmc

    @stateful.rule(host=HOSTS, seconds=st.sampled_from([0.2, 5.0]))
    def power_off_takes(self, host, seconds):
        self.world.hosts[host].off_takes = seconds

    @stateful.rule(seconds=st.sampled_from([0.3, 4.0, 30.0]))
    def spawning_takes(self, seconds):
        self.world.nova.spawn_takes = seconds

    @stateful.rule(host=HOSTS)
    def no_room_on(self, host):
        self.world.nova.full ^= {host}

    @stateful.rule(host=HOSTS)
    def spawns_fail_on(self, host):
        self.world.nova.failing ^= {host}

    # Outages and faults.

    @stateful.rule(what=st.sampled_from(['nova', 'store']))
    def away_or_back(self, what):
        outage = self.outages.pop(what, None)
        if outage is not None:
            self.world.back(outage)
        else:
            away = getattr(self.world, f'{what}_away')
            self.outages[what] = away()

    @stateful.rule(method=NOVA_CALLS, when=WHEN)
    def nova_gives_no_answer(self, method, when):
        self._arm(Fault('compute', method, when, NOVA_AWAY))

    @stateful.rule(method=STORE_WRITES, when=WHEN)
    def store_gives_no_answer(self, method, when):
        self._arm(Fault('store', method, when, STORE_AWAY))

    @stateful.rule(
        call=ANY_CALL, when=WHEN, delay=st.sampled_from([2.0, 40.0])
    )
    def a_call_takes_long(self, call, when, delay):
        if call == ('compute', 'evacuate') and when == BEFORE:
            # Nova takes what its API was sent within the settling time; who
            # is killed meanwhile cannot know of anything later.
            delay = min(delay, 5.0)
        self._arm(Fault(*call, when, delay=delay))

    @stateful.rule(call=ANY_CALL, when=WHEN)
    def killed_at_a_call(self, call, when):
        self._arm(Fault(*call, when, crash=True))

    @stateful.rule(owner=OWNERS)
    def killed(self, owner):
        self.world.crash(owner)

    @stateful.rule(owner=OWNERS)
    def started_again(self, owner):
        self._start(owner)

    # Pacemaker.

    @stateful.rule(
        host=HOSTS, owner=OWNERS, seconds=st.sampled_from([4.0, 30.0])
    )
    def fence(self, host, owner, seconds):
        with contextlib.suppress(errors.RecoveryError, AnswerLost):
            self.world.fence(host, seconds, owner)

    @stateful.rule(
        host=HOSTS, owner=OWNERS, after=st.sampled_from([0.0, 0.1, 2.0])
    )
    def fence_meanwhile(self, host, owner, after):
        def ask():
            with contextlib.suppress(errors.RecoveryError, AnswerLost):
                self.world.fence(host, 20.0, owner)

        self.world.timeline.after(after, ask)

    # Operators.

    @stateful.rule(host=HOSTS, reason=st.sampled_from([None, 'disk swap']))
    def operator_disables(self, host, reason):
        self.world.nova.operator_disables(host, reason)

    @stateful.rule(host=HOSTS)
    def operator_enables(self, host):
        self.world.nova.operator_enables(host)

    @stateful.rule(host=HOSTS)
    def operator_forces_down(self, host):
        """In peace only: later nobody can tell his from ours."""
        down = self.world.nova.services[host].forced_down
        if not down and self.world.storage.store.active(host) is None:
            self.world.nova.operator_forces_down(host)

    @stateful.rule(host=HOSTS)
    def operator_forces_up(self, host):
        self.world.nova.operator_forces_up(host)

    @stateful.rule(
        host=HOSTS,
        owner=OWNERS,
        act=st.sampled_from(['retry', 'cancel', 'release', 'confirm_off']),
    )
    def operator_acts(self, host, owner, act):
        recovery = self.world.storage.store.active(host)
        daemon = self.world.daemons[owner]
        if recovery is None or not daemon.process.alive:
            return
        if act == 'confirm_off' and self.world.hosts[host].on:
            return  # people tell the truth
        with contextlib.suppress(errors.RecoveryError, AnswerLost):
            daemon.ask(
                lambda: getattr(daemon.engine.operator, act)(
                    recovery.uuid, 'an operator'
                )
            )

    @stateful.rule(number=st.integers(1, 5))
    def instance_is_deleted(self, number):
        server = self.world.nova.servers.get(f'uuid-vm{number}')
        if server is not None:
            self.world.nova.delete(server)

    @stateful.rule(number=st.integers(1, 5))
    def operator_evacuates(self, number):
        """By hand, as carefully as we do."""
        server = self.world.nova.servers.get(f'uuid-vm{number}')
        if server is None or server.deleted or server.host is None:
            return
        host = self.world.hosts[server.host]
        if host.on or self.world.nova.is_evacuating(server):
            return
        with contextlib.suppress(errors.ComputeError):
            self.world.nova.operator_evacuates(server)

    # What must always hold.

    @stateful.invariant()
    def promises(self):
        if not hasattr(self, 'world'):
            return
        assert not self.world.ledger.broken, self.world.ledger.broken
        store = self.world.storage.store
        active = store.recoveries(active=True)
        hosts = [r.host for r in active]
        assert len(hosts) == len(set(hosts)), hosts
        for recovery in active:
            if recovery.state in states.NEEDS_OFF:
                assert safety.proves(recovery.off_proof, recovery), recovery

    def teardown(self):
        if not hasattr(self, 'world'):
            return
        try:
            people = People(self.world)
            people.heal()
            left = people.until_the_end()
            assert not left, (left, self.world.notices.alarms[-3:])
            self._require_well()
            self._require_history()
            self.promises()
        finally:
            self.world.close()

    def _require_well(self):
        """Every instance runs at most once, and rests or was given up."""
        store, nova = self.world.storage.store, self.world.nova
        given_up = {
            row.instance
            for recovery in store.recoveries()
            for row in store.evacuations(recovery.uuid)
            if row.state is EvacuationState.FAILED
        }
        for server in nova.servers.values():
            nova.court.require_single(server)
            rests = server.task_state is None or server.deleted
            assert rests or server.uuid in given_up, server
            assert not server.spoilt, server

    def _require_history(self):
        """Every recovery's history is a walk through the table."""
        store = self.world.storage.store
        for recovery in store.recoveries():
            state = S.REQUESTED
            for line in store.events(recovery.uuid):
                if line.name in EVENTS:
                    state = lifecycle.advance(state, Event(line.name))
                    assert state is line.state, (line, state)
            assert state is recovery.state, recovery

    def _require_alarms(self):
        """Promise 6: whatever waits for somebody has called somebody."""
        if self.outages or self.world.faults.armed:
            return
        now = self.world.timeline.now()
        alive = [
            at
            for owner, at in self.started.items()
            if self.world.daemons[owner].process.alive
        ]
        if not alive or self.world.timeline.monotonic() - min(alive) < 10:
            return
        for recovery in self.world.storage.store.recoveries(active=True):
            waits = (now - recovery.state_since).total_seconds()
            if recovery.state in states.NEEDS_SOMEBODY and waits > 60:
                assert self.world.notices.alarmed(recovery.uuid), recovery

    def _start(self, owner):
        daemon = self.world.daemons.get(owner)
        if daemon is None or not daemon.process.alive:
            self.world.start(owner)
            self.started[owner] = self.world.timeline.monotonic()

    def _arm(self, fault):
        if len(self.world.faults.armed) < 4:
            self.world.faults.add(fault)


EVENTS = frozenset(e.value for e in Event)

PROFILE = hypothesis.settings(
    max_examples=5000 if DEEP else 200,
    stateful_step_count=60 if DEEP else 25,
    derandomize=not DEEP,
    database=None,
    deadline=None,
    print_blob=DEEP,
    suppress_health_check=list(hypothesis.HealthCheck),
)


class PromisesTest(Promises.TestCase):
    settings = PROFILE

    def setUp(self):
        super().setUp()
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)


if __name__ == '__main__':
    unittest.main()
