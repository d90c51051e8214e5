# SPDX-License-Identifier: Apache-2.0
"""Tests that play in the simulated world."""

import logging
import types
import unittest

from nova_ha.recovery import errors
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.wire import Fault
from tests.simulator.world import World


class WorldTest(unittest.TestCase):
    """Every promise broken in the world fails the test."""

    SETTINGS = types.MappingProxyType({})
    HOSTS = 3

    def setUp(self):
        super().setUp()
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)
        self.world = World(self.HOSTS, **self.SETTINGS)
        self.addCleanup(self.world.close)
        self.addCleanup(self.assert_promises_kept)

    def assert_promises_kept(self):
        self.assertEqual([], self.world.ledger.broken)

    def given(self, instances=2, **states):
        """Put instances on h1 and start the daemon."""
        for _ in range(instances):
            self.world.nova.boot('h1')
        for name, state in states.items():
            self.world.nova.boot('h1', state, name=name)
        daemon = self.world.start()
        self.world.run(5)
        return daemon

    def lost_and_fenced(self, instances=2, **states):
        self.given(instances, **states)
        self.world.lose('h1')
        return self.world.fence('h1')

    def evacuated(self, instances=2, **states):
        self.lost_and_fenced(instances, **states)
        return self.world.until_state('h1', S.EVACUATED)

    def assert_state(self, state, host='h1'):
        self.assertIs(state, self.world.recovery(host).state)

    def assert_alarmed(self, about, host='h1'):
        uuid = self.world.recovery(host).uuid
        self.assertTrue(
            self.world.notices.alarmed(uuid, about), self.world.notices.alarms
        )

    def assert_rows(self, expected, host='h1'):
        found = {n: r.state.value for n, r in self.world.rows(host).items()}
        self.assertEqual(expected, found)

    def asked(self, name='vm1'):
        """How often nova was asked to evacuate the instance."""
        return len(self.world.ledger.acts_of('evacuate', f'uuid-{name}'))

    def held_in_returning(self):
        """Power h1 on; nova does not take it up until the fault is gone."""
        fault = self.world.faults.add(
            Fault(
                'compute',
                'force_up',
                error=errors.ComputeRefused('not yet', 400),
                times=10**6,
            )
        )
        self.world.power_on('h1')
        self.world.until_state('h1', S.RETURNING)
        return fault


class ClusterTest(WorldTest):
    """Pacemaker drives nova-ha: it starts nova-compute, and it fences."""

    SETTINGS = types.MappingProxyType({'pacemaker': True})

    def setUp(self):
        super().setUp()
        self.cluster = self.world.cluster

    def gate(self, host='h1'):
        return self.cluster.nodes[host].gate

    def lost(self, instances=2, **states):
        """h1 dies; Pacemaker misses it and has it fenced."""
        self.given(instances, **states)
        self.world.lose('h1')
        self.world.until(self.world.storage.store.recoveries, 30)

    def lost_and_evacuated(self, instances=2, **states):
        self.lost(instances, **states)
        return self.world.until_state('h1', S.EVACUATED)

    def until_open(self, host='h1', seconds=60):
        self.world.until(lambda: self.gate(host) is Gate.OPEN, seconds)

    def assert_never_started(self, host='h1'):
        """nova-compute has not been started on the host."""
        self.assertIsNone(self.world.hosts[host].started_at)

    def assert_serves(self, host='h1'):
        service = self.world.nova.services[host]
        self.assertFalse(service.forced_down or service.disabled, service)
        self.assertTrue(self.world.hosts[host].computing)
