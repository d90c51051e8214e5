# SPDX-License-Identifier: Apache-2.0
"""How the lab's fencers serve the REST API, and who logs in how."""

import configparser
import dataclasses
import pathlib
import tempfile
import unittest

import yaml

from tests.lab import rest_api
from tests.lab import stopping
from tests.lab.config import LabConfig
from tests.lab.lab import Lab
from tests.lab.progress import Silent


class RestApiTestCase(unittest.TestCase):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.plain = LabConfig(base=pathlib.Path(directory.name))
        self.served = dataclasses.replace(self.plain, api=True)
        self.cluster = dataclasses.replace(self.served, controllers=3)


class TestFencer(RestApiTestCase):
    def configured(self, fencer):
        fencer.prepare()
        parser = configparser.RawConfigParser(strict=True)
        parser.read(fencer.config_file)
        return parser

    def test_without_the_choice_nothing_is_served(self):
        found = self.configured(Lab(self.plain).fencer)

        self.assertNotIn('api', found)
        self.assertNotIn('keystone_authtoken', found)

    def test_it_listens_where_the_catalogue_says(self):
        found = self.configured(Lab(self.served).fencer)['api']

        self.assertEqual('true', found['enabled'])
        self.assertEqual(
            self.served.api_url,
            f'http://{found["bind_host"]}:{found["bind_port"]}',
        )

    def test_each_controller_listens_on_its_own_address(self):
        lab = Lab(self.cluster)
        found = [
            self.configured(fencer)['api']['bind_host']
            for fencer in lab.stack.fencers(list(lab.hosts.values()))
        ]

        self.assertEqual(['10.77.0.11', '10.77.0.12', '10.77.0.13'], found)
        self.assertEqual('http://10.77.0.11:8790', self.cluster.api_url)

    def test_it_asks_the_keystone_of_the_lab(self):
        found = self.configured(Lab(self.served).fencer)['keystone_authtoken']

        self.assertEqual(self.served.keystone_url, found['auth_url'])
        self.assertIn(
            f':{self.served.ports.memcached}', found['memcached_servers']
        )


class TestClouds(RestApiTestCase):
    def test_system_for_us_and_a_project_for_nova(self):
        rest_api.write_clouds(self.served)
        clouds = yaml.safe_load(self.served.clouds_file.read_text())['clouds']

        ours = clouds[rest_api.CLOUD]['auth']
        novas = clouds[f'{rest_api.CLOUD}-project']['auth']
        self.assertEqual('all', ours['system_scope'])
        self.assertEqual('admin', novas['project_name'])
        self.assertNotIn('system_scope', novas)
        for auth in (ours, novas):
            self.assertEqual(self.served.keystone_url, auth['auth_url'])
        self.assertEqual(0o600, self.served.clouds_file.stat().st_mode & 0o777)

    def test_wiping_the_lab_removes_it(self):
        rest_api.write_clouds(self.served)

        stopping.wipe(Lab(self.served), Silent())

        self.assertFalse(self.served.clouds_file.exists())

    def test_environment_has_one_way_to_log_in(self):
        outer = {'PATH': '/bin', 'OS_PASSWORD': 'x', 'OS_AUTH_URL': 'y'}

        self.assertEqual(
            {
                'PATH': '/bin',
                'OS_CLOUD': 'nova-ha-lab',
                'OS_CLIENT_CONFIG_FILE': str(self.served.clouds_file),
            },
            rest_api.environment(self.served, outer),
        )

    def test_another_cloud_of_the_file_can_be_chosen(self):
        outer = {'OS_CLOUD': 'nova-ha-lab-project'}

        found = rest_api.environment(self.served, outer)

        self.assertEqual('nova-ha-lab-project', found['OS_CLOUD'])
