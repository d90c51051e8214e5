# SPDX-License-Identifier: Apache-2.0
"""Backups of tagged instances in peace time."""

import types

from nova_ha.recovery import errors
from tests.simulator.wire import BEFORE
from tests.simulator.wire import Fault
from tests.unit.engine import base

TAG = 'nova-ha-backup'


class BackupTest(base.WorldTest):
    SETTINGS = types.MappingProxyType({'backup_interval': 100.0})

    def setUp(self):
        super().setUp()
        self.server = self.tagged('vm')

    def tagged(self, name, host='h1'):
        server = self.world.nova.boot(host, name=name)
        server.local, server.tags = True, frozenset({TAG})
        return server

    def backups(self):
        return self.world.ledger.acts_of('create_backup')

    def test_again_after_each_interval(self):
        self.world.start()
        self.world.run(500)
        self.assertIn(len(self.backups()), (5, 6))
        self.assertEqual(2, len(self.world.images.snapshots))
        self.assertFalse(self.world.notices.alarmed('backups'))

    def test_two_controllers_make_no_more(self):
        self.world.start('c1')
        self.world.start('c2')
        self.world.run(500)
        self.assertIn(len(self.backups()), (5, 6))

    def test_a_snapshot_of_its_owner_counts(self):
        self.world.images.take(self.server, 0.0)
        self.world.start()
        self.world.run(80)
        self.assertEqual([], self.backups())

    def test_off(self):
        self.world.settings = self.world.settings.__class__(owner='c1')
        self.world.start()
        self.world.run(500)
        self.assertEqual([], self.backups())

    def test_untagged_and_not_local(self):
        self.server.tags = frozenset()
        self.tagged('volume').local = False
        self.world.start()
        self.world.run(500)
        self.assertEqual([], self.backups())

    def test_a_few_at_a_time(self):
        for number in range(6):
            self.tagged(f'vm{number}')
        self.world.start()
        self.world.run(1)
        self.assertEqual(2, len(self.backups()))

    def test_not_on_a_host_that_failed(self):
        self.world.images.take(self.server, 98.0)
        self.world.start()
        self.world.run(5)
        self.server.vm_state = 'paused'  # so that it stays
        self.world.lose('h1')
        self.world.fence('h1')
        self.world.run(170)
        self.assertEqual([], self.backups())

    def test_failures_are_an_alarm(self):
        refused = errors.ComputeRefused('quota of images', 403)
        self.world.faults.add(
            Fault('compute', 'create_backup', BEFORE, refused, times=10**6)
        )
        self.world.start()
        self.world.run(170)
        self.assertFalse(self.world.notices.alarmed('backups'))
        self.world.run(80)
        self.assertTrue(self.world.notices.alarmed('backups', 'quota'))

    def test_glance_away(self):
        self.world.faults.add(
            Fault(
                'images',
                'newest_snapshots',
                BEFORE,
                errors.ImageUnavailable('glance hangs'),
            )
        )
        self.world.start()
        self.world.run(1)
        self.assertTrue(self.world.notices.alarmed('backups', 'glance hangs'))
