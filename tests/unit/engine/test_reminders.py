# SPDX-License-Identifier: Apache-2.0
"""An alarm that a crash swallowed is raised by the next start."""

import dataclasses

from nova_ha.recovery import errors
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.daemon import AnswerLost
from tests.simulator.wire import AFTER
from tests.simulator.wire import Fault
from tests.unit.engine.base import WorldTest


class ReminderTest(WorldTest):
    def killed_when_saved_as(self, state):
        self.world.faults.add(
            Fault(
                'store',
                'save',
                AFTER,
                crash=True,
                only=lambda row, *_more: row.state is state,
            )
        )

    def test_a_failed_fence(self):
        self.given()
        self.world.hosts['h1'].bmc = 'dead'
        self.killed_when_saved_as(S.FENCE_FAILED)
        with self.assertRaises((AnswerLost, errors.PowerError)):
            self.world.fence('h1', 5)
        self.assert_state(S.FENCE_FAILED)
        self.assertEqual([], self.world.notices.alarms)
        self.world.start()
        self.world.run(5)
        self.assert_alarmed('no answer')

    def test_failed_evacuations(self):
        self.world.nova.full = {'h2', 'h3'}
        self.killed_when_saved_as(S.EVACUATION_FAILED)
        self.lost_and_fenced()
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.world.start()
        self.world.run(40)
        self.assert_alarmed('2 failed')

    def test_told_once_by_each_daemon(self):
        # Each try of what is parked tells anew how it went.
        self.world.settings = dataclasses.replace(
            self.world.settings, parked_interval=0.0
        )
        self.world.nova.full = {'h2', 'h3'}
        self.lost_and_fenced()
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.world.run(60)
        told = len(self.world.notices.alarms)
        self.world.run(600)
        self.assertEqual(told, len(self.world.notices.alarms))
