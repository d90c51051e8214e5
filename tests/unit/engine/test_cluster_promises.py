# SPDX-License-Identifier: Apache-2.0
"""The promises with a cluster, over random orders of whatever can happen.

Pacemaker starts nova-compute wherever a gate lets it, and the guests that
were there are resumed with it: an evacuation asked for too late, or a gate
opened too early, shows as a guest that runs twice. At the end all is
repaired, and every incident has come to its end and every gate is gone.
"""

import contextlib
import logging
import os
import unittest

import hypothesis
from hypothesis import stateful
from hypothesis import strategies as st

from nova_ha.recovery import errors
from nova_ha.recovery import safety
from nova_ha.recovery import states
from nova_ha.recovery.power_on import PowerOnAfter
from nova_ha.recovery.states import Gate
from tests.simulator.daemon import AnswerLost
from tests.simulator.people import People
from tests.simulator.wire import AFTER
from tests.simulator.wire import BEFORE
from tests.simulator.wire import Fault
from tests.simulator.world import World

DEEP = os.environ.get('NOVA_HA_PROMISES') == 'deep'

HOSTS = st.sampled_from(['h1', 'h2', 'h3'])
OWNERS = st.sampled_from(['c1', 'c2'])
WHEN = st.sampled_from([BEFORE, AFTER])
CALLS = st.sampled_from(
    [
        ('cluster', 'look'),
        ('cluster', 'set_gate'),
        ('compute', 'evacuate'),
        ('compute', 'force_down'),
        ('compute', 'force_up'),
        ('compute', 'enable'),
        ('compute', 'migrations'),
        ('power', 'power_off'),
        ('power', 'power_on'),
        ('power', 'power_state'),
        ('store', 'open'),
        ('store', 'save'),
        ('store', 'save_evacuations'),
    ]
)
NO_GATE = errors.ClusterError('the attribute was not written')


class ClusterPromises(stateful.RuleBasedStateMachine):
    """Three hosts, two controllers, one Pacemaker."""

    @stateful.initialize(
        instances=st.integers(1, 4), policy=st.sampled_from(PowerOnAfter)
    )
    def begin(self, instances, policy):
        self.world = World(
            3, pacemaker=True, timeout=90.0, power_on_after=policy
        )
        self.cluster = self.world.cluster
        for number in range(instances):
            vm_state = 'stopped' if number % 4 == 3 else 'active'
            self.world.nova.boot('h1', vm_state)
        self.world.nova.boot('h2')
        self.outages = {}
        self.world.start('c1')
        self.world.start('c2')
        self.world.run(3)

    # The world.

    @stateful.rule(seconds=st.sampled_from([0.3, 2.0, 7.0, 20.0, 60.0]))
    def time_passes(self, seconds):
        self.world.run(seconds)

    @stateful.rule(host=HOSTS)
    def host_dies(self, host):
        self.world.lose(host)

    @stateful.rule(host=HOSTS)
    def its_connection_breaks(self, host):
        self.cluster.lose(host)

    @stateful.rule(host=HOSTS)
    def power_comes_on(self, host):
        self.world.power_on(host)

    @stateful.rule(host=HOSTS, bmc=st.sampled_from(['ok', 'ok', 'dead']))
    def bmc_changes(self, host, bmc):
        self.world.hosts[host].bmc = bmc

    @stateful.rule(seconds=st.sampled_from([0.3, 4.0, 30.0]))
    def spawning_takes(self, seconds):
        self.world.nova.spawn_takes = seconds

    @stateful.rule(host=HOSTS)
    def no_room_on(self, host):
        self.world.nova.full ^= {host}

    # Outages and faults.

    @stateful.rule(what=st.sampled_from(['nova', 'store', 'cluster']))
    def away_or_back(self, what):
        outage = self.outages.pop(what, None)
        if outage is not None:
            self.world.back(outage)
        else:
            away = getattr(self.world, f'{what}_away')
            self.outages[what] = away()

    @stateful.rule(times=st.integers(1, 4))
    def gates_cannot_be_written(self, times):
        self._arm(Fault('cluster', 'set_gate', error=NO_GATE, times=times))

    @stateful.rule()
    def quorum_is_lost_or_back(self):
        self.cluster.quorate = not self.cluster.quorate

    @stateful.rule(call=CALLS, when=WHEN)
    def killed_at_a_call(self, call, when):
        self._arm(Fault(*call, when, crash=True))

    @stateful.rule(owner=OWNERS)
    def killed(self, owner):
        self.world.crash(owner)

    @stateful.rule(owner=OWNERS)
    def started_again(self, owner):
        if not self.world.daemons[owner].process.alive:
            self.world.start(owner)

    # Who fences.

    @stateful.rule(power_on=st.booleans(), owner=OWNERS, host=HOSTS)
    def fence(self, power_on, owner, host):
        with contextlib.suppress(errors.RecoveryError, AnswerLost):
            self.world.fence(host, 4.0, owner, power_on)

    @stateful.rule(how=st.sampled_from(['agent', 'off', 'reboot', 'never']))
    def pacemaker_fences_by(self, how):
        def by_power(host):
            machine = self.world.hosts[host]
            if machine.bmc != 'ok':
                return False
            machine.switch_off()
            if how == 'reboot':
                machine.switch_on()
            return True

        self.cluster.fence_by = {
            'agent': self.world.agent_fences,
            'never': lambda _host: False,
        }.get(how, by_power)

    @stateful.rule(host=HOSTS)
    def a_person_pulls_the_plug_and_confirms(self, host):
        if self.cluster.nodes[host].unclean:
            self.world.hosts[host].switch_off()
            self.cluster.confirm(host)

    @stateful.rule(host=HOSTS, owner=OWNERS)
    def a_hint(self, host, owner):
        daemon = self.world.daemons[owner]
        if daemon.process.alive:
            about = {'kind': 'node', 'node': f'node-{host}'}
            daemon.engine.cluster_side.hint(about)

    # Operators.

    @stateful.rule(
        host=HOSTS,
        owner=OWNERS,
        act=st.sampled_from(['retry', 'cancel', 'power_on']),
    )
    def operator_acts(self, host, owner, act):
        recovery = self.world.storage.store.active(host)
        daemon = self.world.daemons[owner]
        if recovery is None or not daemon.process.alive:
            return
        name = host if act == 'power_on' else recovery.uuid
        with contextlib.suppress(errors.RecoveryError, AnswerLost):
            daemon.ask(
                lambda: getattr(daemon.engine.operator, act)(name, 'me')
            )

    @stateful.rule(host=HOSTS)
    def operator_disables(self, host):
        self.world.nova.operator_disables(host, 'disk swap')

    @stateful.rule(host=HOSTS)
    def operator_enables(self, host):
        self.world.nova.operator_enables(host)

    # What must always hold.

    @stateful.invariant()
    def promises(self):
        if not hasattr(self, 'world'):
            return
        assert not self.world.ledger.broken, self.world.ledger.broken
        active = self.world.storage.store.recoveries(active=True)
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
            for node in self.cluster.nodes.values():
                assert node.gate is Gate.OPEN, node
            for server in self.world.nova.servers.values():
                self.world.nova.court.require_single(server)
                assert not server.spoilt, server
            self.promises()
        finally:
            self.world.close()

    def _arm(self, fault):
        if len(self.world.faults.armed) < 4:
            self.world.faults.add(fault)


PROFILE = hypothesis.settings(
    max_examples=5000 if DEEP else 100,
    stateful_step_count=60 if DEEP else 25,
    derandomize=not DEEP,
    database=None,
    deadline=None,
    print_blob=DEEP,
    suppress_health_check=list(hypothesis.HealthCheck),
)


class ClusterPromisesTest(ClusterPromises.TestCase):
    settings = PROFILE

    def setUp(self):
        super().setUp()
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)


if __name__ == '__main__':
    unittest.main()
