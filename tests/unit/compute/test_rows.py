# SPDX-License-Identifier: Apache-2.0
"""Nova's rows: whole ones, and those with holes."""

import datetime

import testtools

from nova_ha.compute import rows
from nova_ha.recovery import errors
from nova_ha.recovery.states import MigrationStatus
from tests.unit.compute import cloud

MIGRATION = {
    'id': 7,
    'uuid': '33333333-0000-4000-8000-000000000003',
    'instance_uuid': '22222222-0000-4000-8000-000000000002',
    'source_compute': 'host1',
    'dest_compute': None,
    'migration_type': 'evacuation',
    'status': 'accepted',
}


class AllServicesTestCase(testtools.TestCase):
    def test_what_guards_ask_about(self):
        row = {
            **cloud.SERVICE,
            'binary': 'nova-compute',
            'zone': 'az1',
            'forced_down': True,
            'state': 'down',
        }
        found = rows.nova_service(row)
        self.assertEqual('nova-compute', found.binary)
        self.assertEqual(
            ('az1', False, True), (found.zone, found.up, found.forced_down)
        )

    def test_the_stub_of_a_down_cell_is_a_host_all_the_same(self):
        stub = {'binary': 'nova-compute', 'host': 'h1', 'status': 'UNKNOWN'}
        found = rows.nova_service(stub)
        self.assertEqual(('h1', False), (found.host, found.up))


class ServiceTestCase(testtools.TestCase):
    def test_times_are_utc(self):
        service = rows.service(cloud.SERVICE)
        self.assertEqual(
            datetime.datetime(2026, 1, 2, 3, 4, 5, 6, datetime.UTC),
            service.updated_at,
        )
        zoned = {**cloud.SERVICE, 'updated_at': '2026-01-02T04:04:05+01:00'}
        self.assertEqual(
            datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
            rows.service(zoned).updated_at,
        )
        never = {**cloud.SERVICE, 'updated_at': None}
        self.assertIsNone(rows.service(never).updated_at)

    def test_up_is_only_what_nova_calls_up(self):
        for state in ('down', 'UP', 'unknown', None):
            row = {**cloud.SERVICE, 'state': state}
            self.assertFalse(rows.service(row).up)

    def test_the_stub_of_a_cell_that_is_down(self):
        stub = {'binary': 'nova-compute', 'host': 'host1', 'status': 'UNKNOWN'}
        self.assertRaises(errors.ComputeUnavailable, rows.service, stub)
        found = list(rows.services([stub, cloud.SERVICE]))
        self.assertEqual([rows.service(cloud.SERVICE)], found)


class InstanceTestCase(testtools.TestCase):
    def test_the_stub_of_a_cell_that_is_down(self):
        instance = rows.instance({'id': 'u', 'status': 'UNKNOWN'})
        self.assertEqual('unknown', instance.vm_state)
        self.assertIsNone(instance.host)

    def test_fault(self):
        row = {'id': 'u', 'fault': {'message': 'No valid host', 'code': 500}}
        self.assertEqual('No valid host', rows.instance(row).fault)


class MigrationTestCase(testtools.TestCase):
    def test_status(self):
        migration = rows.migration(MIGRATION)
        self.assertIs(MigrationStatus.ACCEPTED, migration.status)
        self.assertIsNone(migration.target)

    def test_a_status_of_a_later_nova(self):
        migration = rows.migration({**MIGRATION, 'status': 'post-copying'})
        self.assertIs(MigrationStatus.OTHER, migration.status)
        self.assertEqual('post-copying', migration.raw_status)

    def test_others_are_left_out(self):
        self.assertTrue(rows.is_evacuation_from(MIGRATION, 'host1'))
        for change in (
            {'source_compute': 'host2'},
            {'migration_type': 'live-migration'},
        ):
            row = {**MIGRATION, **change}
            self.assertFalse(rows.is_evacuation_from(row, 'host1'))

    def test_hidden_hosts(self):
        row = {**MIGRATION, 'source_compute': None}
        error = self.assertRaises(
            errors.ComputeForbidden, rows.is_evacuation_from, row, 'host1'
        )
        self.assertIn('index:host', str(error))


class ServerGroupTestCase(testtools.TestCase):
    def test_policy_of_every_microversion(self):
        row = {'id': 'g', 'name': 'spread', 'members': ['a', 'b']}
        for shape, policy in (
            ({'policy': 'affinity', 'rules': {}}, 'affinity'),
            ({'policies': ['anti-affinity'], 'metadata': {}}, 'anti-affinity'),
            ({'policies': []}, ''),
        ):
            found = rows.server_group({**row, **shape})
            self.assertEqual(policy, found.policy)
            self.assertEqual({'a', 'b'}, found.members)
