# SPDX-License-Identifier: Apache-2.0
"""How long the agent goes on; what it does is tested as a process."""

import unittest

from nova_ha.pacemaker import fence_agent
from nova_ha.pacemaker import options


class TimeTest(unittest.TestCase):
    def deadline(self, action, timeout):
        wanted = options.Options()
        wanted.action = action
        wanted.timeout = timeout
        agent = fence_agent.Agent(wanted, lambda text: None)
        return agent._daemon.deadline

    def test_changing_actions_take_all_but_a_margin(self):
        for action in ('off', 'on', 'reboot'):
            self.assertAlmostEqual(53, self.deadline(action, 55), 0)
            self.assertAlmostEqual(9, self.deadline(action, 10), 0)

    def test_reading_actions_end_before_pacemaker_cuts_them_off(self):
        for action in ('status', 'monitor', 'list', 'list-status'):
            self.assertLess(self.deadline(action, 55), 15)
            self.assertLess(self.deadline(action, 5), 5)

    def test_every_action_is_carried_out(self):
        self.assertEqual(set(options.ACTIONS), set(fence_agent._ACTIONS))
