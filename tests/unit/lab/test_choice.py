# SPDX-License-Identifier: Apache-2.0
"""What the lab remembers of how it was brought up."""

import dataclasses
import pathlib
import tempfile
import unittest

from tests.lab import choice
from tests.lab.config import LabConfig
from tests.lab.errors import LabError


class TestChoice(unittest.TestCase):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.plain = LabConfig(base=pathlib.Path(directory.name))
        self.with_cluster = dataclasses.replace(
            self.plain, controllers=3, wiring=2
        )

    def test_new_lab_has_no_pacemaker(self):
        self.assertEqual(self.plain, choice.remembered(self.plain))

    def test_choice_is_remembered(self):
        choice.remember(self.with_cluster)

        self.assertEqual(self.with_cluster, choice.remembered(self.plain))

    def test_same_choice_again(self):
        for config in (self.with_cluster, self.with_cluster):
            choice.remember(config)

    def test_choice_stays_until_the_lab_is_wiped(self):
        choice.remember(self.with_cluster)

        with self.assertRaisesRegex(
            LabError,
            r'with Pacemaker \(controllers: 3, wiring: 2\), not without '
            'Pacemaker; wipe it first: down --wipe',
        ):
            choice.remember(self.plain)

    def test_lab_without_pacemaker_cannot_get_it(self):
        choice.remember(self.plain)
        self.plain.state.mkdir()

        with self.assertRaisesRegex(LabError, 'up without Pacemaker, not'):
            choice.remember(self.with_cluster)

    def test_api_is_remembered(self):
        served = dataclasses.replace(self.plain, api=True)
        choice.remember(served)

        self.assertEqual(served, choice.remembered(self.plain))

    def test_lab_without_the_api_cannot_get_it(self):
        choice.remember(self.with_cluster)

        with self.assertRaisesRegex(
            LabError, r'wiring: 2\), with the REST API; wipe it first'
        ):
            choice.remember(dataclasses.replace(self.with_cluster, api=True))
