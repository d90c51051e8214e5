# SPDX-License-Identifier: Apache-2.0
"""The lab's configuration files, rendered for real."""

import configparser
import pathlib
import shlex
import tempfile
import unittest

from tests.lab import templating
from tests.lab.config import LabConfig
from tests.lab.hosts import ComputeHost
from tests.lab.lab import Lab


def parse(path):
    parser = configparser.RawConfigParser(strict=True)
    parser.read(path)
    return parser


class TestTemplates(unittest.TestCase):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.config = LabConfig(base=pathlib.Path(directory.name))
        self.lab = Lab(self.config)
        for part in (*self.lab.services, *self.lab.hosts.values()):
            part.prepare()

    def test_no_section_and_no_option_is_given_twice(self):
        files = list(self.config.etc.rglob('*.conf'))

        self.assertIn('nova.conf', {path.name for path in files})
        for path in files:
            if path.name != 'rabbitmq.conf':  # which has no sections
                parse(path)

    def test_computes_see_no_database(self):
        etc = self.config.etc / 'nova'
        for name in ('nova.conf', 'compute1.conf'):
            self.assertNotIn('mysql', (etc / name).read_text())

    def test_services_meet_on_the_same_ports(self):
        nova = parse(self.config.etc / 'nova' / 'nova.conf')
        rabbit = (self.config.etc / 'rabbitmq' / 'rabbitmq.conf').read_text()

        transport = nova['DEFAULT']['transport_url']
        self.assertIn(f'@127.0.0.1:{self.lab.rabbitmq.port}/', transport)
        self.assertIn(f'127.0.0.1:{self.lab.rabbitmq.port}\n', rabbit)
        self.assertEqual(
            f'http://127.0.0.1:{self.lab.glance.port}',
            nova['glance']['api_servers'],
        )

    def test_files_are_for_their_owner_only(self):
        for path in self.config.etc.rglob('*.conf'):
            self.assertEqual(0o600, path.stat().st_mode & 0o777, path)

    def test_bmc_asks_the_hosts_own_power_switch(self):
        host = self.lab.hosts['compute2']
        host.bmc.prepare()

        lan = (host.bmc.directory / 'lan.conf').read_text()

        self.assertIn(f'addr 127.0.0.1 {self.config.port_base + 21}', lan)
        command = lan.split('chassis_control "')[1].split('"')[0]
        self.assertTrue(all(map(pathlib.Path.exists, paths(command))))
        self.assertIn('compute2/host.env', command)

    def test_name_without_a_value_is_an_error(self):
        with self.assertRaises(KeyError):
            templating.render('nova-control.conf', database='x')


def paths(command):
    return [pathlib.Path(word) for word in shlex.split(command)]


class TestHostsFound(unittest.TestCase):
    def test_lab_started_with_more_hosts_is_taken_down_whole(self):
        with tempfile.TemporaryDirectory() as directory:
            config = LabConfig(base=pathlib.Path(directory), computes=2)
            for index in (3, 11):
                ComputeHost(config, index).directory.mkdir(parents=True)

            lab = Lab(config)

            self.assertIn('compute11', lab.hosts)
