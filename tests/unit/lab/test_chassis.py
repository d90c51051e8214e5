# SPDX-License-Identifier: Apache-2.0
"""The file-backed machine behind a BMC simulator."""

import pathlib
import subprocess
import tempfile
import unittest

from tests.bmc import ipmi_sim


class TestFileChassis(unittest.TestCase):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.command = ipmi_sim.file_chassis(self.directory)

    def ask(self, *words):
        return subprocess.run(
            [*self.command, *words],
            capture_output=True,
            text=True,
            check=False,
        )

    def test_switched_off_and_on(self):
        self.assertEqual('power:1\n', self.ask('get', 'power').stdout)
        self.ask('set', 'power', '0')
        self.assertEqual('power:0\n', self.ask('get', 'power').stdout)
        self.assertEqual('off', (self.directory / 'power').read_text().strip())
        self.ask('set', 'power', '1')
        self.assertEqual('power:1\n', self.ask('get', 'power').stdout)

    def test_reset_of_a_machine_that_is_off_fails(self):
        self.assertEqual(0, self.ask('set', 'reset', '1').returncode)
        self.ask('set', 'power', '0')
        self.assertNotEqual(0, self.ask('set', 'reset', '1').returncode)

    def test_unknown_parameter_fails(self):
        self.assertNotEqual(0, self.ask('get', 'colour').returncode)
        self.assertNotEqual(0, self.ask('set', 'colour', '1').returncode)
