# SPDX-License-Identifier: Apache-2.0
"""The wheel in an empty environment: each command does its work."""

import json
import os
import subprocess
import unittest

from tests.functional.daemon.base import SmallWorld
from tests.functional.packaging import base

FAKE = {'compute1': {'driver': 'fake'}}

#: Fails at the first that cannot be loaded.
LOAD = """
from importlib import metadata
for entry in metadata.distribution('nova-ha').entry_points:
    entry.load()
"""


class CommandsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.programs = base.installed() / 'bin'

    def run_program(self, name, *arguments, **more):
        return subprocess.run(
            [self.programs / name, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd='/',
            **{'stdin': subprocess.DEVNULL, **more},
        )

    def assert_done(self, name, *arguments, **more):
        done = self.run_program(name, *arguments, **more)
        self.assertEqual(0, done.returncode, done)
        return done.stdout

    def test_versions(self):
        for name in (
            'nova-ha-fencer',
            'nova-ha-manage',
            'nova-ha-status',
            'fence_nova_ha',
        ):
            with self.subTest(name):
                said = self.assert_done(name, '--version')
                self.assertIn(base.version(), said)

    def test_help(self):
        for name in ('nova-ha-fencer', 'nova-ha-manage', 'nova-ha-status'):
            with self.subTest(name):
                self.assertIn('usage', self.assert_done(name, '--help'))

    def test_openstack(self):
        said = self.assert_done('openstack', 'ha', 'host', 'list', '--help')
        self.assertIn('openstack ha host list', said)

    def test_agents(self):
        self.assertIn(
            '<resource-agent name="fence_nova_ha"',
            self.assert_done('fence_nova_ha', '-o', 'metadata'),
        )
        ocf = base.installed() / 'lib/ocf/resource.d/nova-ha/fencer'
        said = self.assert_done(ocf, 'meta-data')
        self.assertIn('<resource-agent name="fencer"', said)
        # Whatever comes of an alert, Pacemaker is not told of a failure.
        self.assert_done('nova-ha-alert')

    def test_every_entry_point_can_be_loaded(self):
        self.assert_done('python', '-W', 'ignore', '-c', LOAD)

    def test_the_sample_is_what_the_generator_writes(self):
        prefix = base.installed()
        written = self.assert_done(
            'oslo-config-generator',
            '--config-file',
            prefix / 'share/nova-ha/nova-ha-config-generator.conf',
            '--output-file',
            '/dev/stdout',
        )
        sample = prefix / 'etc/nova-ha/nova-ha.conf.sample'
        self.assertEqual(sample.read_text(), written)

    def test_nothing_is_missing_or_at_odds(self):
        if not base.BY_PIP:
            base.run(
                *base.UV, 'pip', 'check', '--python', self.programs / 'python'
            )
        else:
            self.assert_done('python', '-m', 'pip', 'check')


class ServiceTest(SmallWorld, unittest.TestCase):
    """As a new operator: store, check, service, fence."""

    def setUp(self):
        super().setUp()
        self.programs = base.installed() / 'bin'
        self.fencer = self.make_fencer(hosts=FAKE)
        self.fencer.programs = self.programs

    def test_from_an_empty_store_to_a_fenced_host(self):
        code, results = self.status()
        self.assertEqual(2, code)
        self.assertEqual(2, results['Store'])

        said = self.fencer.manage('db', 'sync')
        self.assertEqual(0, said.returncode, said)
        self.assertRegex(said.stdout, r'Schema \(none\) upgraded to \w+\.')

        code, results = self.status()
        self.assertEqual(1, code, 'nova is away')
        self.assertEqual(0, results['Store'])
        self.assertEqual(0, results['Configuration'])

        self.fencer.start()
        self.fence()
        [row] = self.listed()
        self.assertEqual('compute1', row['host'])
        self.assertEqual(0, self.fencer.terminate())

    def status(self):
        done = subprocess.run(
            [
                self.programs / 'nova-ha-status',
                *('--config-file', self.fencer.config_file),
                *('upgrade', 'check', '--json'),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        checks = json.loads(done.stdout)['checks']
        return done.returncode, {c['check']: c['result'] for c in checks}

    def fence(self):
        done = subprocess.run(
            [self.programs / 'fence_nova_ha'],
            input=f'action=off\nport=compute1\nsocket={self.fencer.socket}\n',
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={'PATH': os.environ['PATH']},
        )
        self.assertEqual(0, done.returncode, done)

    def listed(self):
        done = self.fencer.manage('recovery', 'list', '-f', 'json')
        self.assertEqual(0, done.returncode, done)
        return json.loads(done.stdout)
