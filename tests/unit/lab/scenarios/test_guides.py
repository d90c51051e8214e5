# SPDX-License-Identifier: Apache-2.0
"""The command lines of the administrator's guides."""

import ast
import pathlib
import unittest

from tests.lab.scenarios import guides
from tests.lab.scenarios.seeds import documented

GUIDE = """\
See ``nova-ha-manage explain`` and ``openstack server
set --state active SERVER``::

    nova-ha-manage explain web-1
    $ nova-ha-manage explain web-1
    a line of its output, nova-ha-manage explain no-1
    openstack compute service set --disable \\
        compute6 nova-compute

With these rules::

    rules:
      - name: one

      - name: two

the answer is another one.
"""


class GuidesTest(unittest.TestCase):
    def test_shown(self):
        self.assertEqual(
            [
                'nova-ha-manage explain web-1',
                (
                    'openstack compute service set --disable compute6 '
                    'nova-compute'
                ),
            ],
            guides.shown(GUIDE),
        )

    def test_named(self):
        self.assertEqual(
            [
                'nova-ha-manage explain',
                'openstack server set --state active SERVER',
            ],
            guides.named(GUIDE),
        )

    def test_block(self):
        self.assertEqual(
            'rules:\n  - name: one\n\n  - name: two\n',
            guides.block(GUIDE, 'With these rules::'),
        )

    def test_what_is_named_is_played_with_its_arguments(self):
        shown = guides.all_shown()
        self.assertEqual([], [x for x in guides.left_out(shown) if x in shown])
        self.assertIn('nova-ha-manage recovery list', guides.left_out([]))

    def test_scenario_types_every_line(self):
        """What the guides gain has to be played as well."""
        source = pathlib.Path(documented.__file__).read_text()
        typed = [
            node.value
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        self.assertEqual([], guides.left_out(typed))
