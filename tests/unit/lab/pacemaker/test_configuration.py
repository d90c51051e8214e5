# SPDX-License-Identifier: Apache-2.0
"""What the cluster of the lab is set up with."""

import pathlib
import tempfile
import unittest
from xml.etree import ElementTree as ET

from tests.lab import config
from tests.lab.config import LabConfig
from tests.lab.lab import Lab
from tests.lab.pacemaker import configuration

CONFIGURATIONS = config.PROJECT / 'tests/unit/cluster/configurations'


class TestConfiguration(unittest.TestCase):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.base = pathlib.Path(directory.name)

    def lab(self, **chosen):
        return Lab(LabConfig(base=self.base, computes=2, **chosen))

    def power_agents(self, lab):
        return configuration.power_agents(
            lab.config, lab.stack.controllers, list(lab.hosts.values())
        )

    def test_nova_ha_is_all_that_one_controller_needs(self):
        lab = self.lab(controllers=1)
        command = configuration.printed_by(lab.config, lab.stack.controllers)

        self.assertEqual('', self.power_agents(lab))
        self.assertNotIn('--power-agent', command)
        self.assertIn('ctl1', command)

    def test_three_controllers_fence_one_another(self):
        lab = self.lab(controllers=3)
        agents = self.power_agents(lab)

        self.assertIn('ip=10.77.1.13', agents)
        self.assertIn('location ipmi-ctl3-elsewhere ipmi-ctl3 -inf', agents)
        self.assertNotIn('ipmi-compute1', agents)

    def test_wiring_2_has_a_power_agent_before_nova_ha(self):
        lab = self.lab(controllers=1, wiring=2)
        command = configuration.printed_by(lab.config, lab.stack.controllers)

        self.assertEqual(['--power-agent', 'ipmi-{node}'], command[-2:])
        self.assertIn('primitive ipmi-compute2', self.power_agents(lab))
        self.assertEqual(
            {'power': {'driver': 'external'}},
            lab.fencer._hosts()['defaults'],
        )

    def test_what_is_changed_for_a_while_is_there(self):
        """Else cibadmin would make a second level, a second alert."""
        lab = self.lab(controllers=1)
        changes = ET.fromstring(
            configuration.behind_its_back(lab.config, lab.hosts['compute1'])
        )
        golden = CONFIGURATIONS / 'generated-power-agents.xml'
        before = golden.read_text().replace('cmp1', 'compute1')
        known = {each.get('id') for each in ET.fromstring(before).iter()}

        for element in ('fencing-level', 'alert', 'recipient'):
            found = changes.find(f'.//{element}')
            self.assertIn(found.get('id'), known)

    def test_the_steps_of_the_chain_are_in_order(self):
        lab = self.lab(controllers=1)
        command = configuration.printed_by(lab.config, lab.stack.controllers)
        services = [
            text.partition('=')[0] for text in command if 'ocf:lab' in text
        ]

        self.assertEqual(
            ['neutron-ovs-agent', 'ceilometer-compute', 'nova-compute'],
            services,
        )
