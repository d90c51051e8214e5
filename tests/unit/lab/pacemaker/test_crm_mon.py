# SPDX-License-Identifier: Apache-2.0
"""Real output of crm_mon, taken while a host of the lab was being fenced."""

import pathlib
import unittest

from tests.lab.pacemaker import crm_mon

HERE = pathlib.Path(__file__).parent


def view(name):
    return crm_mon.parse((HERE / f'{name}.xml').read_text())


class TestView(unittest.TestCase):
    def test_who_decides(self):
        found = view('unclean')

        self.assertEqual('ctl1', found.dc)
        self.assertTrue(found.quorum)

    def test_host_that_is_to_be_fenced(self):
        found = view('unclean')

        self.assertEqual('unclean', found.nodes['compute1'].state)
        self.assertEqual('online', found.nodes['compute2'].state)
        self.assertTrue(found.nodes['compute1'].remote)
        self.assertFalse(found.nodes['ctl1'].remote)

    def test_what_is_said_to_run_there_is_not_believed(self):
        found = view('unclean')

        self.assertIn(
            'compute1',
            [
                each.node
                for each in found.resources
                if each.name == 'nova-compute' and each.role == 'Started'
            ],
        )
        self.assertEqual(
            {'compute2', 'compute3'}, found.started('nova-compute')
        )

    def test_host_that_was_fenced(self):
        found = view('offline')

        self.assertEqual('offline', found.nodes['compute1'].state)
        self.assertEqual(
            {'compute2', 'compute3'}, found.started('nova-compute')
        )

    def test_clones_of_the_controllers(self):
        self.assertEqual({'ctl1'}, view('offline').started('nova-ha-fencer'))

    def test_attributes(self):
        nodes = view('offline').nodes

        self.assertEqual({'osprole': 'compute'}, nodes['compute2'].attributes)
        self.assertEqual({'osprole': 'control'}, nodes['ctl1'].attributes)
