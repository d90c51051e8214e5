# SPDX-License-Identifier: Apache-2.0
"""Which lab the command line means."""

import os
import pathlib
import tempfile
import unittest
from unittest import mock

from tests.lab import __main__ as main
from tests.lab.config import LabConfig
from tests.lab.lab import Lab


class ConfigTestCase(unittest.TestCase):
    """A lab that there has never been."""

    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.config = LabConfig(base=pathlib.Path(directory.name))


class TestLargeEnough(ConfigTestCase):
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


class TestWithApi(ConfigTestCase):
    def test_only_where_a_scenario_needs_it(self):
        for names, needed in (
            (['power_loss'], False),
            (['power_loss', 'migration'], True),
            # All of them.
            ([], True),
        ):
            with self.subTest(names=names):
                found = main.with_api(self.config, names)
                self.assertEqual(needed, found.api)

    def test_lab_that_remembers_stays_as_it_is(self):
        self.config.state.mkdir()

        found = main.with_api(self.config, ['migration'])
        self.assertEqual(self.config, found)


class TestOpenstack(unittest.TestCase):
    def test_options_are_the_clients(self):
        for words in (
            ['ha', 'host', 'list', '-f', 'json'],
            ['--os-cloud', 'nova-ha-lab-project', 'server', 'list'],
            ['--help'],
        ):
            with self.subTest(words=words):
                parsed = main.parser().parse_args(['openstack', *words])

                self.assertEqual(words, parsed.words)


class TestWhichLab(unittest.TestCase):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        environment = mock.patch.dict(
            os.environ, {'NOVA_HA_LAB_DIR': directory.name}
        )
        environment.start()
        self.addCleanup(environment.stop)

    def wished(self, *words):
        config = main.which_lab(main.parser().parse_args(words)).config
        return config.controllers, config.api

    def test_nothing_wished_for(self):
        self.assertEqual((0, False), self.wished('up'))

    def test_api_needs_no_pacemaker(self):
        self.assertEqual((0, True), self.wished('up', '--api'))

    def test_api_with_pacemaker(self):
        self.assertEqual((1, True), self.wished('up', '--pacemaker', '--api'))
        self.assertEqual(
            (3, True), self.wished('up', '--controllers', '3', '--api')
        )
