# SPDX-License-Identifier: Apache-2.0
"""Instances with local disks: left, waited for, rebuilt, restored."""

import types

from nova_ha.recovery import errors
from nova_ha.recovery.states import DiskPolicy
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.policies import Disks
from tests.simulator.wire import AFTER
from tests.simulator.wire import BEFORE
from tests.simulator.wire import Fault
from tests.unit.engine import base

WRITTEN = 'image, written to'


class LocalDiskTest(base.WorldTest):
    SETTINGS = types.MappingProxyType(
        {'settle': 5.0, 'backoff': 1.0, 'restore_timeout': 60.0}
    )

    def local(self, name='vm', vm_state='active', host='h1'):
        server = self.world.nova.boot(host, vm_state, name)
        server.local = True
        return server

    def lose(self, policy):
        self.world.policy = policy
        self.world.start()
        self.world.run(5)
        self.world.lose('h1')
        self.world.fence('h1')

    def end(self, policy, state=S.EVACUATED):
        self.lose(policy)
        self.world.until_state('h1', state, 400)

    def row(self, name='vm', host='h1'):
        return self.world.rows(host)[name]

    def asked_to_rebuild(self, server):
        return len(self.world.ledger.acts_of('rebuild', server.uuid))

    def assert_left(self, server, about):
        row = self.row(server.name)
        self.assertEqual('skipped', row.state.value)
        self.assertIn(about, row.message)
        self.assertEqual(('h1', WRITTEN), (server.host, server.disk))
        self.assertEqual(0, self.asked(server.name))


class PolicyTest(LocalDiskTest):
    def test_leave(self):
        server = self.local()
        other = self.world.nova.boot('h1')
        self.end(Disks(DiskPolicy.LEAVE))
        self.assert_left(server, 'disk leave')
        self.assertNotEqual('h1', other.host)
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)
        self.assertEqual(('h1', WRITTEN), (server.host, server.disk))

    def test_rebuild(self):
        server = self.local()
        self.end(Disks(DiskPolicy.REBUILD))
        self.assert_rows({'vm': 'succeeded'})
        self.assertNotEqual('h1', server.host)
        self.assertEqual('image', server.disk)

    def test_snapshot(self):
        server = self.local()
        self.world.images.take(server, 500)
        newest = self.world.images.take(server, 100)
        self.world.images.take(server, 50, status='queued')
        self.end(Disks(DiskPolicy.SNAPSHOT))
        self.assert_rows({'vm': 'succeeded'})
        self.assertIn(newest.uuid, self.row().message)
        self.assertEqual(newest.uuid, server.disk)
        self.assertEqual(1, server.rebuilds)
        self.assertEqual('active', server.vm_state)

    def test_snapshot_of_a_stopped_one(self):
        server = self.local(vm_state='stopped')
        snapshot = self.world.images.take(server)
        self.end(Disks(DiskPolicy.SNAPSHOT))
        self.assertEqual(
            ('stopped', snapshot.uuid), (server.vm_state, server.disk)
        )

    def test_snapshot_of_one_in_error(self):
        server = self.local(vm_state='error')
        snapshot = self.world.images.take(server)
        self.end(Disks(DiskPolicy.SNAPSHOT))
        self.assertEqual(
            ('active', snapshot.uuid), (server.vm_state, server.disk)
        )

    def test_one_made_from_that_very_snapshot_is_not_rebuilt(self):
        server = self.local()
        server.image = self.world.images.take(server).uuid
        self.end(Disks(DiskPolicy.SNAPSHOT))
        self.assert_rows({'vm': 'succeeded'})
        self.assertEqual(server.image, server.disk)
        self.assertEqual(0, self.asked_to_rebuild(server))

    def test_the_snapshot_is_on_record_before_the_evacuation(self):
        server = self.local()
        snapshot = self.world.images.take(server)
        self.lose(Disks(DiskPolicy.SNAPSHOT))
        self.world.until(lambda: self.asked('vm'), 60)
        self.assertEqual(snapshot.uuid, self.row().snapshot)

    def test_only_a_few_are_restored_at_a_time(self):
        servers = [self.local(f'vm{n}') for n in range(7)]
        for server in servers:
            self.world.images.take(server)
        self.world.settings = self.world.settings.__class__(
            owner='c1', restores_at_once=2, window=7
        )
        self.world.nova.spawn_takes = 20.0
        most = 0
        self.lose(Disks(DiskPolicy.SNAPSHOT))
        self.world.until(
            lambda: any(r.restores for r in self.world.rows('h1').values()),
            200,
        )
        while not all(r.ended_at for r in self.world.rows('h1').values()):
            at_work = [
                s for s in servers if s.rebuilds and s.task_state is not None
            ]
            most = max(most, len(at_work))
            self.world.run(1)
        self.assertEqual(2, most)
        self.assertEqual([1] * 7, [s.rebuilds for s in servers])


class UnusableTest(LocalDiskTest):
    """Decided before nova is asked; what is on the disk stays there."""

    def test_none(self):
        server = self.local()
        self.end(Disks(DiskPolicy.SNAPSHOT))
        self.assert_left(server, 'glance has no snapshot or backup of it')
        self.assert_alarmed('no snapshot of them can be put back: vm')

    def test_too_old(self):
        server = self.local()
        self.world.images.take(server, 7200)
        self.end(Disks(DiskPolicy.SNAPSHOT, max_age=3600))
        self.assert_left(server, 'old, and 1 h are allowed')

    def test_not_active(self):
        for status in ('queued', 'saving', 'deactivated'):
            with self.subTest(status):
                server = self.local(f'vm-{status}')
                self.world.images.take(server, status=status)
        self.end(Disks(DiskPolicy.SNAPSHOT))
        for status in ('queued', 'saving', 'deactivated'):
            server = self.world.nova.servers[f'uuid-vm-{status}']
            self.assert_left(server, f'is {status} in glance')

    def test_bigger_than_the_flavor(self):
        server = self.local()
        self.world.images.take(server, min_disk=20)
        self.end(Disks(DiskPolicy.SNAPSHOT))
        self.assert_left(server, 'needs 20.0 GiB of disk')

    def test_not_to_be_listed(self):
        server = self.local()
        self.world.images.forbidden = True
        self.end(Disks(DiskPolicy.SNAPSHOT), S.EVACUATION_FAILED)
        row = self.row()
        self.assertEqual('failed', row.state.value)
        self.assertIn('glance says no', row.message)
        self.assertEqual(WRITTEN, server.disk)

    def test_glance_is_away_for_a_while(self):
        server = self.local()
        snapshot = self.world.images.take(server)
        self.world.images.away = True
        self.lose(Disks(DiskPolicy.SNAPSHOT))
        self.world.run(40)
        self.assertEqual(0, self.asked('vm'))
        self.world.images.away = False
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(snapshot.uuid, server.disk)

    def test_glance_stays_away(self):
        server = self.local()
        self.world.images.away = True
        self.lose(Disks(DiskPolicy.SNAPSHOT))
        self.world.until_state('h1', S.EVACUATION_FAILED, 700)
        self.assertIn('glance does not answer', self.row().message)
        self.assertEqual(WRITTEN, server.disk)


class TroubleTest(LocalDiskTest):
    def test_spawn_fails_and_it_falls_back_to_its_image(self):
        server = self.local()
        snapshot = self.world.images.take(server)
        self.world.nova.failing_rebuilds = {'h2', 'h3'}
        self.lose(Disks(DiskPolicy.SNAPSHOT))
        self.world.until(
            lambda: server.rebuilds == 3 and server.task_state is None, 200
        )
        self.world.nova.failing_rebuilds = set()
        self.world.until_state('h1', S.EVACUATION_FAILED, 400)
        self.assertEqual(4, server.rebuilds)
        self.assertEqual(('image', 'active'), (server.disk, server.vm_state))
        message = self.row().message
        self.assertIn(f'snapshot {snapshot.uuid} was not put back', message)
        self.assertIn('from its image image', message)
        self.assert_alarmed('1 failed')

    def test_retry_after_that_does_not_rebuild_what_runs(self):
        self.test_spawn_fails_and_it_falls_back_to_its_image()
        self.world.run(5)
        daemon = self.world.daemon
        uuid = self.world.recovery('h1').uuid
        daemon.ask(lambda: daemon.engine.operator.retry(uuid, 'an operator'))
        self.world.until_state('h1', S.EVACUATED, 60)
        server = self.world.nova.servers['uuid-vm']
        self.assertEqual(4, server.rebuilds)

    def test_nova_cannot_see_the_image(self):
        server = self.local()
        self.world.nova.unreadable = {self.world.images.take(server).uuid}
        self.end(Disks(DiskPolicy.SNAPSHOT), S.EVACUATION_FAILED)
        self.assertIn('Cannot find image', self.row().message)
        self.assertEqual(('image', 'active'), (server.disk, server.vm_state))

    def test_the_scheduler_refuses(self):
        server = self.local()
        self.world.images.take(server)
        self.world.nova.refuse_rebuilds = True
        self.end(Disks(DiskPolicy.SNAPSHOT), S.EVACUATION_FAILED)
        self.assertIn('No valid host', self.row().message)
        self.assertEqual(3 + 1, server.rebuilds)

    def test_nova_never_ends(self):
        server = self.local()
        self.world.images.take(server)
        self.lose(Disks(DiskPolicy.SNAPSHOT))
        self.world.until(lambda: server.rebuilds, 60)
        self.world.nova.spawn_takes = 10_000.0
        self.world.until_state('h1', S.EVACUATION_FAILED, 200)
        self.assertIn('has not ended with it in 60 s', self.row().message)

    def test_deleted_meanwhile(self):
        server = self.local()
        self.world.images.take(server)
        self.world.nova.spawn_takes = 5.0
        self.lose(Disks(DiskPolicy.SNAPSHOT))
        self.world.until(lambda: server.rebuilds, 60)
        self.world.nova.delete(server)
        self.world.until_state('h1', S.EVACUATED)
        self.assert_rows({'vm': 'skipped'})

    def test_its_new_host_dies_meanwhile(self):
        server = self.local()
        snapshot = self.world.images.take(server)
        self.world.nova.spawn_takes = 5.0
        self.lose(Disks(DiskPolicy.SNAPSHOT))
        self.world.until(lambda: server.rebuilds, 60)
        second = server.host
        self.world.lose(second)
        self.world.fence(second)
        self.world.until_state('h1', S.EVACUATED)
        self.world.until_state(second, S.EVACUATED)
        self.assertIn('was fenced before', self.row().message)
        self.assertNotIn(server.host, ('h1', second))
        self.assertEqual(snapshot.uuid, server.disk)


class CrashTest(LocalDiskTest):
    """kill -9 at each call that matters: once rebuilt, the same end."""

    def test_at_each_call(self):
        for port, method in (
            ('compute', 'rebuild'),
            ('compute', 'instance'),
            ('compute', 'evacuate'),
            ('images', 'newest_snapshot'),
            ('store', 'save_evacuations'),
        ):
            for when in (BEFORE, AFTER):
                for skip in range(6):
                    with self.subTest(method=method, when=when, skip=skip):
                        self.crash_at(port, method, when, skip)

    def crash_at(self, port, method, when, skip):
        self.doCleanups()
        self.setUp()
        server = self.local()
        snapshot = self.world.images.take(server)
        seen = []

        def chosen(*_args, **_kwargs):
            seen.append(1)
            return len(seen) > skip

        self.world.policy = Disks(DiskPolicy.SNAPSHOT)
        self.world.start()
        self.world.run(5)
        self.world.lose('h1')
        self.world.fence('h1')
        fault = Fault(port, method, when, crash=True, only=chosen)
        self.world.faults.add(fault)
        self.world.run(30)
        self.world.back(fault)
        if not self.world.daemon.process.alive:
            self.world.start()
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(snapshot.uuid, server.disk)
        self.assertEqual(1, server.rebuilds)
        self.assertEqual(1, self.asked('vm'))

    def test_the_answer_is_lost(self):
        server = self.local()
        snapshot = self.world.images.take(server)
        lost = errors.ComputeUnavailable('no answer')
        self.world.faults.add(Fault('compute', 'rebuild', AFTER, lost))
        self.end(Disks(DiskPolicy.SNAPSHOT))
        self.assertEqual((snapshot.uuid, 1), (server.disk, server.rebuilds))

    def test_the_request_is_lost(self):
        server = self.local()
        snapshot = self.world.images.take(server)
        lost = errors.ComputeUnavailable('no answer')
        self.world.faults.add(
            Fault('compute', 'rebuild', BEFORE, lost, times=4)
        )
        self.end(Disks(DiskPolicy.SNAPSHOT))
        self.assertEqual((snapshot.uuid, 1), (server.disk, server.rebuilds))
        self.assertEqual(1, self.row().restores)


class WaitTest(LocalDiskTest):
    def waiting(self, then, **more):
        server = self.local()
        other = self.world.nova.boot('h1')
        self.snapshot = self.world.images.take(server)
        self.end(Disks(DiskPolicy.WAIT, then, wait=600.0, **more))
        self.assertNotEqual('h1', other.host)
        self.assert_left(server, 'waits for its host until 2026-03-01 12:10')
        return server

    def test_the_host_comes_back(self):
        server = self.waiting(DiskPolicy.REBUILD)
        self.world.run(300)
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)
        self.world.run(600)
        self.assertEqual(('h1', WRITTEN), (server.host, server.disk))

    def test_then_snapshot(self):
        server = self.waiting(DiskPolicy.SNAPSHOT)
        self.world.until(lambda: server.rebuilds, 700)
        self.assertIn('wait_over', self.world.history('h1'))
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(self.snapshot.uuid, server.disk)
        self.world.power_on('h1')
        self.world.until(lambda: not self.world.left('h1'))

    def test_then_rebuild(self):
        server = self.waiting(DiskPolicy.REBUILD)
        self.world.until(lambda: server.host != 'h1', 700)
        self.assertEqual('image', server.disk)

    def test_then_leave(self):
        server = self.waiting(DiskPolicy.LEAVE)
        self.world.run(700)
        self.world.until_state('h1', S.EVACUATED)
        self.assert_left(server, 'the policy is leave')

    def test_a_host_that_is_on_but_silent_is_not_evacuated(self):
        server = self.waiting(DiskPolicy.REBUILD)
        self.world.power_on('h1', compute=False)
        self.world.run(700)
        self.assert_state(S.EVACUATED)
        self.assert_alarmed('have waited for h1 long enough, but the power')
        self.assertEqual('h1', server.host)
        self.world.fence('h1')
        self.world.until(lambda: server.host != 'h1', 1200)

    def test_kill_9_while_waiting(self):
        server = self.waiting(DiskPolicy.SNAPSHOT)
        self.world.crash()
        self.world.run(900)
        self.world.start()
        self.world.until(lambda: server.rebuilds, 120)
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(self.snapshot.uuid, server.disk)
