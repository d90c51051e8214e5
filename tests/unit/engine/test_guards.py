# SPDX-License-Identifier: Apache-2.0
"""Guards hold evacuations back, never a power-off."""

import types

from nova_ha.recovery.guards import GuardLimits
from nova_ha.recovery.states import RecoveryState as S
from tests.unit.engine.base import WorldTest


class QueueTest(WorldTest):
    HOSTS = 6
    SETTINGS = types.MappingProxyType(
        {'guards': GuardLimits(hosts_at_a_time=1)}
    )

    def setUp(self):
        super().setUp()
        for host in ('h1', 'h2', 'h3'):
            for number in range(3):
                self.world.nova.boot(host, name=f'{host}-{number}')
        self.world.nova.spawn_takes = 5.0
        self.world.start()
        self.world.run(3)

    def states(self):
        return [self.world.recovery(h).state for h in ('h1', 'h2', 'h3')]

    def test_one_after_another(self):
        for host in ('h1', 'h2', 'h3'):
            before = self.world.timeline.monotonic()
            self.world.fence(host)
            self.assertLess(self.world.timeline.monotonic() - before, 0.5)
        self.world.run(1)
        self.assertEqual([S.EVACUATING, S.HELD, S.HELD], self.states())
        self.assert_alarmed('queue: 1 hosts', 'h2')
        for host in ('h2', 'h3'):
            self.assertTrue(self.world.nova.services[host].forced_down)
        self.world.until_state('h1', S.EVACUATED)
        self.world.until_state('h2', S.EVACUATING)
        self.assert_state(S.HELD, 'h3')
        self.world.until_state('h3', S.EVACUATED)

    def test_never_more_at_once_than_allowed(self):
        """All of them are forced down at the same moment."""
        fault = self.world.nova_away()
        for host in ('h1', 'h2', 'h3'):
            self.world.fence(host)
        self.world.back(fault)
        most = 0
        for _ in range(400):
            self.world.run(0.25)
            most = max(most, self.states().count(S.EVACUATING))
        self.assertEqual(1, most)
        self.assertEqual([S.EVACUATED] * 3, self.states())

    def test_an_operator_overrules(self):
        self.world.fence('h1')
        self.world.fence('h2')
        uuid = self.world.until_state('h2', S.HELD).uuid
        self.world.daemon.engine.operator.release(uuid, 'me')
        self.world.run(0.5)
        self.assert_state(S.EVACUATING, 'h2')

    def test_held_is_watched(self):
        self.world.fence('h1')
        self.world.fence('h2')
        self.world.until_state('h2', S.HELD)
        self.world.hosts['h2'].switch_on()
        self.world.until(lambda: not self.world.hosts['h2'].on)
        self.world.until_state('h2', S.EVACUATED)

    def test_held_survives_a_restart(self):
        self.world.fence('h1')
        self.world.fence('h2')
        self.world.until_state('h2', S.HELD)
        self.world.restart()
        self.world.until_state('h2', S.EVACUATED)
