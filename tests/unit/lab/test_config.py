# SPDX-License-Identifier: Apache-2.0
"""What can be chosen about a lab."""

import pathlib
import unittest

from tests.lab.config import LabConfig
from tests.lab.config import PROJECT
from tests.lab.errors import LabError


class TestFromEnvironment(unittest.TestCase):
    def test_nothing_chosen(self):
        lab = LabConfig.from_environment({})

        self.assertEqual(PROJECT / '.lab', lab.base)
        self.assertEqual(
            ['compute1', 'compute2', 'compute3', 'compute4'], lab.host_names
        )

    def test_everything_chosen(self):
        lab = LabConfig.from_environment(
            {
                'NOVA_HA_LAB_DIR': '/somewhere/else',
                'NOVA_HA_LAB_PORT_BASE': '30000',
                'NOVA_HA_LAB_COMPUTES': '1',
            }
        )

        self.assertEqual(pathlib.Path('/somewhere/else'), lab.base)
        self.assertEqual('http://127.0.0.1:30000/v3', lab.keystone_url)
        self.assertEqual(['compute1'], lab.host_names)

    def test_empty_means_not_chosen(self):
        chosen = LabConfig.from_environment({'NOVA_HA_LAB_COMPUTES': ''})

        self.assertEqual(LabConfig(), chosen)

    def test_no_number(self):
        with self.assertRaisesRegex(LabError, "PORT_BASE .* not 'high'"):
            LabConfig.from_environment({'NOVA_HA_LAB_PORT_BASE': 'high'})


class TestLimits(unittest.TestCase):
    def test_number_of_computes(self):
        for number in (0, 81):
            with self.assertRaisesRegex(LabError, 'from 1 to 80'):
                LabConfig(computes=number)

    def test_port_base(self):
        for base in (80, 65500):
            with self.assertRaisesRegex(LabError, f'not {base}'):
                LabConfig(port_base=base)

    def test_directory_with_a_space(self):
        with self.assertRaisesRegex(LabError, 'no spaces'):
            LabConfig(base=pathlib.Path('/my lab'))


class TestPorts(unittest.TestCase):
    def test_all_differ_and_stay_in_the_block(self):
        lab = LabConfig(computes=80)
        ports = lab.ports
        tcp = [
            getattr(ports, name)
            for name, value in vars(type(ports)).items()
            if isinstance(value, property)
        ]
        udp = [ports.bmc(index) for index in range(1, lab.computes + 1)]

        self.assertEqual(12, len(tcp))
        self.assertEqual(len(tcp + udp), len(set(tcp + udp)))
        self.assertLess(max(tcp + udp), ports.base + 100)
