# SPDX-License-Identifier: Apache-2.0
"""When a power-on that was asked for is due: every state, every policy."""

import itertools
import unittest

from nova_ha.recovery import power_on
from nova_ha.recovery import states
from nova_ha.recovery.power_on import PowerOnAfter
from nova_ha.recovery.states import RecoveryState as S

BACK = {S.EVACUATED, S.EVACUATION_FAILED}


class DueTest(unittest.TestCase):
    def due(self, policy, held):
        return {s for s in S if power_on.is_due(policy, s, held)}

    def test_every_policy(self):
        self.assertEqual(set(), self.due(PowerOnAfter.NEVER, held=True))
        for held in (False, True):
            self.assertEqual(BACK, self.due(PowerOnAfter.EVACUATED, held))
        self.assertEqual(BACK, self.due(PowerOnAfter.AT_ONCE, held=False))
        self.assertEqual(
            BACK | states.NEEDS_OFF, self.due(PowerOnAfter.AT_ONCE, held=True)
        )

    def test_never_before_off_is_verified(self):
        for policy, held in itertools.product(PowerOnAfter, (False, True)):
            self.assertLessEqual(self.due(policy, held), states.KNOWN_OFF)

    def test_moot_when_the_host_is_back(self):
        moot = {s for s in S if power_on.is_moot(s)}
        self.assertEqual({S.RETURNING} | states.FINAL, moot)
        self.assertFalse(moot & states.KNOWN_OFF)
