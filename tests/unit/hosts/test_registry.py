# SPDX-License-Identifier: Apache-2.0
import pathlib

import fixtures
import testtools

from nova_ha import hosts
from nova_ha.power.external import ExternalDriver
from nova_ha.recovery import errors

SCHEMAS = {'external': ExternalDriver.SCHEMA}
ONE = 'hosts: [{name: c1.example, node: c1, power: {driver: external}}]\n'
OTHER = 'hosts: [{name: c2, power: {driver: external}}]\n'


class HostsFileTest(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(
            self.useFixture(fixtures.TempDir()).join('hosts.yaml')
        )
        self.path.write_text(ONE)
        self.hosts = hosts.HostsFile(self.path, SCHEMAS)

    def test_a_host_is_found_by_either_name(self):
        (host,) = self.hosts.all()
        self.assertIs(host, self.hosts.get('c1'))
        self.assertIs(host, self.hosts.get('c1.example'))

    def test_an_unknown_host_is_an_error_that_names_the_file(self):
        error = self.assertRaises(
            errors.UnknownHost, self.hosts.get, 'compute9'
        )
        self.assertEqual(
            f'{self.path} names no host compute9; add it there and reload '
            'the service',
            str(error),
        )

    def test_reload_replaces_all(self):
        self.path.write_text(OTHER)
        self.hosts.reload()
        self.assertEqual(['c2'], [host.name for host in self.hosts.all()])
        self.assertRaises(errors.UnknownHost, self.hosts.get, 'c1')

    def test_a_bad_file_changes_nothing(self):
        before = self.hosts.all()
        self.path.write_text('hosts: nonsense\n')
        self.assertRaises(hosts.HostsFileError, self.hosts.reload)
        self.assertEqual(before, self.hosts.all())
        self.assertEqual('c1.example', self.hosts.get('c1').name)

    def test_a_file_that_is_gone_is_told(self):
        self.assertEqual('', self.hosts.problem())
        self.path.unlink()
        self.assertIn(f'{self.path} is gone', self.hosts.problem())
        self.assertEqual('c1.example', self.hosts.get('c1').name)
        self.path.write_text(ONE)
        self.assertEqual('', self.hosts.problem())

    def test_a_bad_file_at_the_start_is_an_error(self):
        self.path.unlink()
        self.assertRaises(
            hosts.HostsFileError, hosts.HostsFile, self.path, SCHEMAS
        )
