# SPDX-License-Identifier: Apache-2.0
"""disks, restoring and exposure: the rules about local disks."""

import datetime
import unittest

from nova_ha.recovery import disks
from nova_ha.recovery import exposure
from nova_ha.recovery import restoring
from nova_ha.recovery.model import Decision
from nova_ha.recovery.model import Snapshot
from nova_ha.recovery.restoring import Act
from nova_ha.recovery.states import DiskPolicy
from nova_ha.recovery.states import EvacuationState
from tests.unit.recovery import data

LIMITS = restoring.Limits(attempts=3, settle=10.0, timeout=600.0)


def snapshot(age=60.0, instance='i1', **changes):
    return Snapshot(
        **{
            'uuid': 's1',
            'instance': instance,
            'name': 'a snapshot',
            'image_type': 'snapshot',
            'status': 'active',
            'created_at': data.at(-age),
            'size': 1024,
            **changes,
        }
    )


def local(**changes):
    return data.instance(
        **{
            'image': 'i',
            'flavor': 'small',
            'root_gb': 10,
            'ram_mb': 512,
            'local_gb': 10.0,
            **changes,
        }
    )


class WhenTest(unittest.TestCase):
    def test_table(self):
        minute = datetime.timedelta(seconds=60)
        for policy, then, seconds, expected in (
            (None, None, 0, None),
            ('leave', None, 0, 'leave'),
            ('rebuild', None, 0, 'rebuild'),
            ('snapshot', None, 0, 'snapshot'),
            ('wait', 'rebuild', 59, 'wait'),
            ('wait', 'rebuild', 60, 'rebuild'),
            ('wait', 'snapshot', 61, 'snapshot'),
            ('wait', 'leave', 61, 'leave'),
            ('wait', None, 61, 'leave'),
            ('wait', 'wait', 61, 'leave'),
        ):
            with self.subTest(policy=policy, then=then, seconds=seconds):
                decision = Decision(
                    disk=policy and DiskPolicy(policy),
                    then=then and DiskPolicy(then),
                    wait=minute,
                )
                found = disks.at(decision, data.NOW, data.at(seconds))
                self.assertEqual(
                    expected and DiskPolicy(expected), found.policy
                )
                waits = found.policy is DiskPolicy.WAIT
                self.assertEqual(waits, found.until == data.at(60))
                stays = found.policy in (DiskPolicy.LEAVE, DiskPolicy.WAIT)
                why = disks.why_left(found, decision.then)
                self.assertEqual(stays, bool(why))


class UnusableTest(unittest.TestCase):
    def test_table(self):
        gib = disks.GIB
        for newest, server, max_age, words in (
            (snapshot(), local(), None, ''),
            (snapshot(), local(), 60, ''),
            (snapshot(61), local(), 60, 'is 1 min old, and 1 min are'),
            (snapshot(age=-30), local(), 60, ''),
            (None, local(), None, 'no snapshot or backup'),
            (snapshot(), local(image=None), None, 'root disk is a volume'),
            (snapshot(status='queued'), local(), None, 'is queued'),
            (snapshot(status='killed'), local(), None, 'is killed'),
            (snapshot(status='deactivated'), local(), None, 'deactivated'),
            (snapshot(min_disk=11), local(), None, 'needs 11.0 GiB of disk'),
            (snapshot(size=10 * gib), local(), None, ''),
            (snapshot(size=10 * gib + 1), local(), None, 'GiB of disk'),
            (snapshot(min_disk=11), local(root_gb=0), None, ''),
            (snapshot(min_ram=513), local(), None, '513 MiB of memory'),
        ):
            with self.subTest(words, newest=newest):
                found = disks.unusable(newest, server, max_age, data.NOW)
                self.assertEqual(bool(words), bool(found), found)
                self.assertIn(words, found)

    def test_spans(self):
        for seconds, words in (
            (-5, '0 s'),
            (0, '0 s'),
            (59, '59 s'),
            (61, '1 min'),
            (3600, '1 h'),
            (3720, '1 h 2 min'),
            (90000, '1 d 1 h'),
        ):
            self.assertEqual(words, disks.span(seconds))


class JudgeTest(unittest.TestCase):
    def row(self, restores=0, asked=0.0, **changes):
        return data.evacuation(
            state=EvacuationState.RESTORING,
            target='h2',
            disk=DiskPolicy.SNAPSHOT,
            snapshot='s1',
            image='i',
            restores=restores,
            restore_asked_at=data.at(asked) if restores else None,
            **changes,
        )

    def judge(self, row, server, unseen=0.0, now=1.0, refused=''):
        return restoring.judge(
            row, server, LIMITS, unseen, data.at(now), refused
        )

    def test_table(self):
        at_work = 'rebuild_spawning'
        for restores, server, more, act, image in (
            # The first request.
            (0, local(), {}, Act.ASK, 's1'),
            (0, local(host='h3'), {}, Act.MOVED, None),
            (0, local(task_state='rebooting'), {}, Act.WAIT, None),
            (0, local(image='x'), {}, Act.FAIL, None),
            # Taken, or not.
            (1, local(), {'unseen': 9.0}, Act.WAIT, None),
            (1, local(), {'unseen': 10.0}, Act.ASK, 's1'),
            (1, local(task_state=at_work), {'now': 599.0}, Act.WAIT, None),
            (1, local(task_state=at_work), {'now': 600.0}, Act.FAIL, None),
            (1, local(image='s1', task_state=at_work), {}, Act.WAIT, None),
            # Its end.
            (1, local(image='s1'), {}, Act.RESTORED, None),
            (1, local(image='s1', vm_state='paused'), {}, Act.RESTORED, None),
            (1, local(image='s1', vm_state='error'), {}, Act.ASK, 's1'),
            (2, local(image='s1', vm_state='error'), {}, Act.ASK, 's1'),
            (3, local(image='s1', vm_state='error'), {}, Act.ASK, 'i'),
            (1, local(vm_state='error'), {'unseen': 10.0}, Act.ASK, 's1'),
            (3, local(vm_state='error'), {'unseen': 10.0}, Act.ASK, 'i'),
            # Refused.
            (1, local(), {'refused': 'no'}, Act.ASK, 's1'),
            (3, local(), {'refused': 'no'}, Act.FAIL, None),
            (3, local(image='s1', vm_state='error'), {'refused': 'no'},
             Act.ASK, 'i'),
            # Back to its image.
            (4, local(), {}, Act.FAIL, None),
            (4, local(vm_state='error'), {}, Act.FAIL, None),
            (4, local(image='s1', vm_state='error'), {'unseen': 10.0},
             Act.FAIL, None),
        ):  # fmt: skip
            with self.subTest(restores=restores, server=server, **more):
                verdict = self.judge(self.row(restores), server, **more)
                self.assertIs(act, verdict.act, verdict)
                self.assertEqual(image, verdict.image)

    def test_a_request_that_never_arrived_is_not_counted(self):
        verdict = self.judge(self.row(1), local(), unseen=10.0)
        self.assertEqual(1, verdict.restores)
        verdict = self.judge(self.row(1), local(), refused='no')
        self.assertEqual(2, verdict.restores)

    def test_one_that_had_been_stopped(self):
        row = self.row(1, vm_state='stopped')
        self.assertIs(Act.STOP, self.judge(row, local(image='s1')).act)
        rests = local(image='s1', vm_state='stopped')
        self.assertIs(Act.RESTORED, self.judge(row, rests).act)

    def test_nothing_that_runs_from_the_snapshot_is_asked_for_again(self):
        """Whatever the row says: the second request would be destructive."""
        for restores in range(6):
            for vm_state in restoring.HEALTHY:
                for unseen in (0.0, 1000.0):
                    for refused in ('', 'no'):
                        server = local(image='s1', vm_state=vm_state)
                        row = self.row(restores)
                        verdict = self.judge(
                            row, server, unseen, 10.0, refused
                        )
                        destroys = (
                            verdict.act is Act.ASK and verdict.image == 's1'
                        )
                        self.assertFalse(destroys, verdict)
                        self.assertFalse(restoring.may_send(row, server, 's1'))

    def test_words(self):
        row = self.row(3)
        text = restoring.outcome(row, local(), 'no')
        self.assertIn('is active on h2 from its image i, without', text)
        text = restoring.outcome(row, local(vm_state='error'), 'no')
        self.assertIn('is error on h2 with image i; snapshot s1', text)


class ExposureTest(unittest.TestCase):
    def test_order(self):
        instances = [
            local(uuid='young', name='young'),
            local(uuid='none', name='none'),
            local(uuid='old', name='old'),
            local(uuid='big', name='big', local_gb=99.0),
            local(uuid='queued', name='queued'),
            data.instance(uuid='volume', name='volume'),
        ]
        newest = {
            'young': snapshot(10, 'young'),
            'old': snapshot(99, 'old'),
            'queued': snapshot(1, 'queued', status='queued'),
        }
        found = exposure.of(instances, newest, None, data.NOW)
        self.assertEqual(
            ['big', 'none', 'queued', 'old', 'young'],
            [one.instance.name for one in found],
        )
        self.assertEqual(
            [None, None, None, 99.0, 10.0], [one.age for one in found]
        )
        self.assertEqual([], exposure.of([], newest, None, data.NOW))
