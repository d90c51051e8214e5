# SPDX-License-Identifier: Apache-2.0
"""Instances whose disks die with their host, on real nova and real glance.

Each guest writes to its disk; what it finds there at the end says what was
lost, whatever nova and nova-ha believe.
"""

import json
import subprocess
import sys
import time
from typing import ClassVar

from tests.e2e import base
from tests.lab import config
from tests.lab import disks

BEFORE = 'written before the snapshot\n'
AFTER = 'written after it\n'


class LocalDiskTest(base.EndToEndTest):
    options: ClassVar = {'restore': {'attempts': 2}}
    disk: ClassVar = {'disk': 'snapshot'}
    starts = False

    def setUp(self):
        super().setUp()
        self.daemon.service.rules = {
            'rules': [{'name': 'this test', 'set': self.disk}]
        }
        self.daemon.configure(self.options)
        self.daemon.start()

    def prepared(self, count=1, stopped=0):
        """Guests that have written before and after a snapshot of them."""
        booted = self.boot('compute1', count, stopped)
        host = self.lab.host('compute1')
        for each in booted:
            host.write(each.uuid, BEFORE)
        self.snapshots = {each.uuid: self.take(each) for each in booted}
        for each in booted:
            host.write(each.uuid, AFTER)
        return booted

    def take(self, booted, kind='createImage', **more):
        new = disks.take(self.cloud, booted.uuid, kind, **more)
        self.addCleanup(self.cloud.image.delete, f'/v2/images/{new}')
        return new

    def disk_of(self, booted):
        return disks.contents(self.lab, booted.uuid)

    def end(self, state='evacuated', timeout=180):
        recovery = self.wait_for('compute1', state, timeout=timeout)
        return self.daemon.evacuations(recovery)

    def rebuilds(self, booted):
        return disks.rebuilds(self.cloud, booted.uuid)

    def return_home(self, booted):
        """Bring the host back, and the instance that was left on it."""
        self.return_host('compute1')
        # nova-compute sees at its start that the guest does not run; nothing
        # can be asked while it stops it.
        self.cloud.wait_for_status(booted.uuid, 'SHUTOFF')
        self.cloud.act(booted.uuid, 'reboot', type='HARD')
        self.cloud.wait_for_status(booted.uuid, 'ACTIVE')

    def lose(self):
        self.crash('compute1')
        self.fence('compute1')

    def manage(self, *words):
        return subprocess.run(
            [
                sys.executable,
                '-m',
                'nova_ha.cmd.manage',
                '--config-file',
                str(self.daemon.service.config_file),
                *words,
            ],
            cwd=config.PROJECT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


class SnapshotTest(LocalDiskTest):
    def test_restored_over_a_kill(self):
        """kill -9 between the evacuation and the rebuild, then in it."""
        booted = self.prepared(2, stopped=1)
        for each in booted:
            self.cloud.act(each.uuid, 'lock')
        before = {b.uuid: self.cloud.server(b.uuid) for b in booted}
        self.world.slow('compute2', 'compute3', 'compute4', seconds=2)
        self.lose()
        store = self.daemon.raw_store()
        self.wait_until(
            lambda: store.execute(
                "select 1 from evacuations where state = 'restoring'"
            ).fetchall(),
            60,
            'an instance to be restored',
            0.002,
        )
        self.daemon.kill_and_restart('evacuated, before the rebuild')
        self.wait_until(
            lambda: any(self.rebuilds(b) for b in booted), 60, 'a rebuild'
        )
        self.daemon.kill_and_restart('nova rebuilds')
        store.close()
        rows = self.end()
        for each in booted:
            self.assertEqual(BEFORE, self.disk_of(each))
            self.assertEqual(1, self.rebuilds(each))
            row = rows[each.uuid]
            self.assertEqual('succeeded', row.state.value, row.message)
            self.assert_kept(before[each.uuid], self.cloud.server(each.uuid))
        self.return_host('compute1')

    def assert_kept(self, before, after):
        for name in (
            'id',
            'name',
            'addresses',
            'metadata',
            'key_name',
            'locked',
            'status',
            'tenant_id',
        ):
            self.assertEqual(before[name], after[name], name)
        self.assertEqual(self.snapshots[after['id']], after['image']['id'])

    def test_no_snapshot(self):
        """It is left, and found as it was when its host returns."""
        (booted,) = self.boot('compute1', 1)
        self.lab.host('compute1').write(booted.uuid, BEFORE)
        report = self.manage('snapshots', 'report', '--format', 'json')
        self.assertEqual(1, report.returncode, report.stderr)
        (row,) = json.loads(report.stdout)
        self.assertEqual(booted.uuid, row['instance'])
        self.assertIn('glance has no snapshot', row['problem'])
        self.records = {booted.uuid: 0}
        self.lose()
        rows = self.end()
        self.assertEqual('skipped', rows[booted.uuid].state.value)
        self.assertIn('no snapshot', rows[booted.uuid].message)
        self.return_home(booted)
        self.assertEqual(BEFORE, self.disk_of(booted))

    def test_report_and_backup(self):
        """The newest backup counts; nova rotates; the report is content."""
        (booted,) = self.prepared()
        time.sleep(1.1)  # glance tells whole seconds: they must differ
        newest = self.take(
            booted, 'createBackup', backup_type='nova-ha', rotation=1
        )
        report = self.manage('snapshots', 'report', '--host', 'compute1')
        self.assertEqual((0, ''), (report.returncode, report.stderr))
        self.assertIn(newest, report.stdout)
        self.assertIn('the last', report.stdout)
        self.say(f'\n{report.stdout}')
        self.lose()
        self.end()
        self.assertEqual(BEFORE + AFTER, self.disk_of(booted))


class RebuildTest(LocalDiskTest):
    disk: ClassVar = {'disk': 'rebuild'}

    def test_rebuild(self):
        (booted,) = self.prepared()
        self.lose()
        self.end()
        self.assertEqual('', self.disk_of(booted))
        self.assertEqual(0, self.rebuilds(booted))


class LeaveTest(LocalDiskTest):
    disk: ClassVar = {'disk': 'leave'}

    def test_leave(self):
        (booted,) = self.prepared()
        self.records = {booted.uuid: 0}
        self.lose()
        rows = self.end()
        self.assertEqual('skipped', rows[booted.uuid].state.value)
        self.return_home(booted)
        self.assertEqual(BEFORE + AFTER, self.disk_of(booted))
