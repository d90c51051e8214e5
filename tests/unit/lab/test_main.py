# SPDX-License-Identifier: Apache-2.0
"""Which lab the command line means."""

import pathlib
import tempfile
import unittest

from tests.lab import __main__ as main
from tests.lab.config import LabConfig
from tests.lab.lab import Lab


class TestLargeEnough(unittest.TestCase):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.config = LabConfig(base=pathlib.Path(directory.name))

    def test_lab_gets_what_the_scenario_needs(self):
        grown = main.large_enough(self.config, ['power_loss', 'rack'])
        self.assertEqual(10, grown.computes)

    def test_usual_lab_will_do(self):
        for names in ([], ['power_loss']):
            self.assertEqual(
                self.config, main.large_enough(self.config, names)
            )

    def test_lab_that_is_up_stays_as_it_is(self):
        marker = Lab(self.config).ready_marker
        marker.parent.mkdir(parents=True)
        marker.touch()

        self.assertEqual(self.config, main.large_enough(self.config, ['rack']))
