# SPDX-License-Identifier: Apache-2.0
"""No guard and no mode can break a promise.

Random orders of what turns guards and modes on and off, with hosts that die
and come back and a daemon that is killed. The world itself tells of a promise
broken; at the end everything is armed, and every recovery comes to its end.
"""

import contextlib
import logging
import os

import hypothesis
from hypothesis import stateful
from hypothesis import strategies as st

from nova_ha.recovery import errors
from nova_ha.recovery import safety
from nova_ha.recovery import states
from nova_ha.recovery.flapping import FlapLimits
from nova_ha.recovery.guards import GuardLimits
from nova_ha.recovery.modes import Mode
from nova_ha.recovery.states import RecoveryState as S
from nova_ha.recovery.storm import StormLimits
from tests.simulator.daemon import AnswerLost
from tests.simulator.people import People
from tests.simulator.world import World

DEEP = os.environ.get('NOVA_HA_PROMISES') == 'deep'

HOSTS = st.sampled_from(['h1', 'h2', 'h3', 'h4'])
LIMITS = st.builds(
    GuardLimits,
    storm=st.builds(
        StormLimits,
        hosts=st.integers(0, 2),
        percent=st.sampled_from([0.0, 30.0, 60.0]),
        group_hosts=st.integers(0, 1),
        window=st.sampled_from([5.0, 60.0]),
        cooldown=st.sampled_from([0.0, 20.0]),
    ),
    flapping=st.builds(FlapLimits, failures=st.integers(0, 2)),
    hosts_at_a_time=st.integers(0, 1),
    start_grace=st.sampled_from([0.0, 30.0]),
)


class GuardedPromises(stateful.RuleBasedStateMachine):
    """Four hosts and a daemon whose guards change all the time."""

    @stateful.initialize(limits=LIMITS)
    def begin(self, limits):
        self.world = World(4, guards=limits, timeout=90.0)
        for host in self.world.hosts:
            self.world.nova.boot(host)
            self.world.nova.boot(host)
        self.world.start()
        self.world.run(1)

    @stateful.rule(seconds=st.sampled_from([0.3, 3.0, 30.0]))
    def time_passes(self, seconds):
        self.world.run(seconds)

    @stateful.rule(limits=LIMITS)
    def options_change(self, limits):
        settings = self.world.settings.__class__(
            owner='c1', guards=limits, timeout=90.0
        )
        self.world.settings = self.world.daemon.settings = settings

    @stateful.rule(mode=st.sampled_from(Mode))
    def mode_changes(self, mode):
        self.world.daemon.engine.modes.set(mode, 'root', 'a drill')

    @stateful.rule(host=HOSTS)
    def host_dies_and_is_fenced(self, host):
        """Off, whatever the guards say; in observe told that it is not."""
        self.world.lose(host)
        observing = self.world.daemon.engine.modes.observing
        was_on = self.world.hosts[host].on
        offs = len(self.world.ledger.acts_of('power_off'))
        try:
            self.world.fence(host)
        except errors.ObserveOnly:
            assert observing
            assert self.world.hosts[host].on is was_on
            assert offs == len(self.world.ledger.acts_of('power_off'))
        else:
            assert not observing
            assert not self.world.hosts[host].on

    @stateful.rule(host=HOSTS)
    def power_comes_on(self, host):
        self.world.power_on(host)

    @stateful.rule(binary=st.sampled_from(['nova-scheduler', 'other']))
    def a_service_of_nova_goes_or_comes(self, binary):
        self.world.nova.silent ^= {binary}

    @stateful.rule()
    def killed_and_started(self):
        self.world.restart()

    @stateful.rule(
        host=HOSTS,
        verb=st.sampled_from(['release', 'let_return', 'retry', 'cancel']),
    )
    def operator_acts(self, host, verb):
        recovery = self.world.storage.store.active(host)
        if recovery is None:
            return
        operator = self.world.daemon.engine.operator
        with contextlib.suppress(errors.RecoveryError, AnswerLost):
            getattr(operator, verb)(recovery.uuid, 'root')

    @stateful.invariant()
    def promises(self):
        if not hasattr(self, 'world'):
            return
        assert not self.world.ledger.broken, self.world.ledger.broken
        for recovery in self.world.storage.store.recoveries(active=True):
            if recovery.state in states.NEEDS_OFF:
                assert safety.proves(recovery.off_proof, recovery), recovery
            if recovery.state is S.HELD:
                assert recovery.message, recovery
                assert self.world.notices.alarmed(recovery.uuid), recovery

    def teardown(self):
        if not hasattr(self, 'world'):
            return
        try:
            self._release()
            people = People(self.world)
            people.heal()
            left = people.until_the_end()
            assert not left, (left, self.world.notices.alarms[-3:])
            self.promises()
        finally:
            self.world.close()

    def _release(self):
        """The operator wants all of it to end."""
        self.world.nova.silent.clear()
        self.options_change(GuardLimits())
        self.mode_changes(Mode.ARMED)


class GuardedPromisesTest(GuardedPromises.TestCase):
    settings = hypothesis.settings(
        max_examples=2000 if DEEP else 25,
        stateful_step_count=40 if DEEP else 15,
        derandomize=not DEEP,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )

    def setUp(self):
        super().setUp()
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)
