# SPDX-License-Identifier: Apache-2.0
"""The facts of the lab, in the files of the documentation."""

import dataclasses
import unittest

import yaml

from tests.lab.config import LabConfig
from tests.lab.config import PROJECT
from tests.lab.lab import Lab
from tests.lab.walkthrough import facts
from tests.lab.walkthrough import pages

SAMPLES = PROJECT / 'etc' / 'nova-ha'


class FactsTest(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.lab = dataclasses.replace(LabConfig(), controllers=1)
        self.hosts = list(Lab(self.lab).hosts.values())

    def test_nothing_of_the_other_cloud_is_left(self):
        texts = [
            pages.ini('install/configure', '[cluster]'),
            pages.ini('install/keystone', '[keystone_authtoken]'),
            pages.statements('install/database'),
        ]
        found = pages.filled('\n'.join(texts), facts.of_cloud(self.lab))
        for other in ('example.org', 'PASSWORD', '192.0.2.', '11211'):
            self.assertNotIn(other, found)
        self.assertIn(f'auth_url = {self.lab.keystone_url}\n', found)
        self.assertIn('CREATE DATABASE operator CHARACTER', found)
        self.assertIn(f'/{facts.DATABASE}\n', found)

    def test_hosts_file(self):
        sample = (SAMPLES / 'hosts.yaml.sample').read_text()
        found = yaml.safe_load(
            facts.hosts_file(sample, self.lab, self.hosts, ('compute4',))
        )
        [defaults] = found['defaults']['power']
        self.assertEqual('ipmi', defaults['driver'])
        self.assertEqual('bmc.password', defaults['password_file'])
        self.assertEqual(
            self.lab.host_names, [host['name'] for host in found['hosts']]
        )
        self.assertEqual(
            [None, None, None, True],
            [host.get('reserved') for host in found['hosts']],
        )

    def test_rules_file(self):
        sample = (SAMPLES / 'rules.yaml.sample').read_text()
        [rule] = yaml.safe_load(facts.rules_file(sample))['rules']
        self.assertEqual({'storage': 'shared'}, rule['set'])
        # The hosts of the lab are in an aggregate that it is about.
        self.assertTrue(facts.STORAGE.startswith('rbd-'))
        self.assertEqual(
            {'storage': 'rbd'}, rule['when']['aggregate_metadata']
        )

    def test_clouds_file(self):
        shown = pages.yaml(pages.USER_PAGE, 'clouds:')
        found = yaml.safe_load(facts.clouds_file(self.lab, shown))
        auth = found['clouds']['mycloud']['auth']
        self.assertEqual('all', auth['system_scope'])
        self.assertEqual(self.lab.keystone_url, auth['auth_url'])
