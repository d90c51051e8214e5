# SPDX-License-Identifier: Apache-2.0
"""The admin guide says of each server state what the code does."""

import pathlib
import re
import unittest

from nova_ha.recovery import server_states
from nova_ha.recovery.server_states import Treatment

PAGE = pathlib.Path(__file__).parents[3] / 'doc/source/admin'

ROW = re.compile(
    r'^   \* - ``(?P<state>[^`]+)``\n(?P<cells>(?:     .*\n)+)', re.MULTILINE
)
CELL = re.compile(r'^     - (.*)$', re.MULTILINE)


def tables():
    """Return the cells behind each state of the page."""
    text = (PAGE / 'server-states.rst').read_text(encoding='utf-8')
    return {
        row['state']: CELL.findall(row['cells']) for row in ROW.finditer(text)
    }


def told(row, reset_state):
    if row.treatment is Treatment.FAIL:
        return 'failed'
    if row.treatment is Treatment.EVACUATE or (
        row.treatment is Treatment.RESET and reset_state
    ):
        return f'ends ``{row.ends}``'
    return 'skipped'


class PageTest(unittest.TestCase):
    def test_every_vm_state(self):
        page = tables()
        for vm_state, row in server_states.VM_STATES.items():
            with self.subTest(vm_state):
                without, with_reset, about = page.pop(vm_state)
                self.assertEqual(told(row, False), without)
                self.assertEqual(told(row, True), with_reset)
                self.assertTrue(about)
        self.assertEqual(set(server_states.TASK_STATES), set(page))

    def test_every_task_state(self):
        page = tables()
        for task_state, row in server_states.TASK_STATES.items():
            with self.subTest(task_state):
                self.assertEqual(told(row, True), page[task_state][0])
