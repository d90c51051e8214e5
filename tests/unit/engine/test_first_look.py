# SPDX-License-Identifier: Apache-2.0
"""What is asked in advance is used once, and only for its own incident."""

from concurrent import futures
import dataclasses
import datetime
import unittest

from nova_ha.engine.first_look import FirstLook
from nova_ha.recovery import errors
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import OffProof
from tests.unit.db.base import new_recovery

NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)
H1 = Host('h1', 'h1', ())


class Nova:
    """Says what it is told to, and counts."""

    def __init__(self):
        self.there = ['a', 'b']
        self.calls = []
        self.failing = set()

    def _asked(self, name):
        self.calls.append(name)
        if name in self.failing:
            raise errors.ComputeUnavailable(name)

    def instances(self, host):
        self._asked('instances')
        return [
            Instance(uuid, uuid, host, 'active', None) for uuid in self.there
        ]

    def present(self, host):
        self._asked('present')
        return frozenset(self.there)

    def migrations(self, host):
        self._asked('migrations')
        return []


class Clock:
    def now(self):
        return self.at


class Pool(futures.Executor):
    """Does it at once, or keeps it waiting for ever."""

    full = False

    def submit(self, fn, /, *args, **kwargs):
        future = futures.Future()
        if not self.full:
            future.set_running_or_notify_cancel()
            try:
                future.set_result(fn(*args, **kwargs))
            except errors.ComputeError as e:
                future.set_exception(e)
        return future


class FirstLookTest(unittest.TestCase):
    def setUp(self):
        self.nova, self.clock, self.pool = Nova(), Clock(), Pool()
        self.clock.at = NOW
        self.look = FirstLook(self.nova, self.pool, self.clock)
        proof = OffProof('h1', 'fake', 'test', NOW + SECOND)
        self.recovery = new_recovery('h1', fencing_since=NOW, off_proof=proof)

    def instances(self):
        self.look.records(self.recovery)
        found = self.look.instances(self.recovery)
        return [instance.uuid for instance in found]

    def test_foreseen_and_seen_to_be_there(self):
        self.look.foresee(H1)
        self.look.begin(self.recovery)
        self.nova.calls.clear()
        self.assertEqual(['a', 'b'], self.instances())
        self.assertEqual([], self.nova.calls)

    def test_one_that_has_left_is_not_listed(self):
        self.look.foresee(H1)
        self.nova.there.remove('a')
        self.look.begin(self.recovery)
        self.assertEqual(['b'], self.instances())

    def test_one_that_has_come_is_asked_about(self):
        self.look.foresee(H1)
        self.nova.there.append('c')
        self.look.begin(self.recovery)
        self.assertEqual(['a', 'b', 'c'], self.instances())

    def test_not_foreseen(self):
        self.look.begin(self.recovery)
        self.assertEqual(['a', 'b'], self.instances())
        self.assertEqual(['instances', 'migrations'], self.nova.calls)

    def test_not_begun(self):
        self.assertEqual(['a', 'b'], self.instances())
        self.assertEqual(['migrations', 'instances'], self.nova.calls)

    def test_what_was_foreseen_before_the_incident_is_not_used(self):
        self.look.foresee(H1)
        self.nova.calls.clear()
        self.look.begin(
            dataclasses.replace(self.recovery, fencing_since=NOW + SECOND)
        )
        self.assertEqual(['instances', 'migrations'], self.nova.calls)

    def test_what_was_foreseen_long_ago_is_not_used(self):
        self.look.foresee(H1)
        self.nova.calls.clear()
        self.clock.at = NOW + 61 * SECOND
        self.look.begin(self.recovery)
        self.assertEqual(['instances', 'migrations'], self.nova.calls)

    def test_of_another_proof_it_is_not_used(self):
        self.look.begin(self.recovery)
        later = dataclasses.replace(
            self.recovery.off_proof, verified_at=NOW + 2 * SECOND
        )
        self.recovery = dataclasses.replace(self.recovery, off_proof=later)
        self.nova.calls.clear()
        self.instances()
        self.assertEqual(['migrations', 'instances'], self.nova.calls)

    def test_used_once(self):
        self.look.foresee(H1)
        self.look.begin(self.recovery)
        self.instances()
        self.nova.there.append('c')
        self.assertEqual(['a', 'b', 'c'], self.instances())

    def test_what_went_wrong_is_asked_once_more(self):
        self.nova.failing = {'instances', 'present', 'migrations'}
        self.look.foresee(H1)
        self.look.begin(self.recovery)
        self.nova.failing.clear()
        self.assertEqual(['a', 'b'], self.instances())

    def test_in_a_full_pool_nobody_waits(self):
        self.pool.full = True
        self.look.foresee(H1)
        self.look.begin(self.recovery)
        self.assertEqual(['a', 'b'], self.instances())

    def test_a_pool_that_is_shut_down_stops_no_fencing(self):
        pool = futures.ThreadPoolExecutor(1)
        pool.shutdown()
        FirstLook(self.nova, pool, self.clock).foresee(H1)
        self.assertEqual([], self.nova.calls)

    def test_without_a_proof_nothing_is_begun(self):
        self.look.begin(dataclasses.replace(self.recovery, off_proof=None))
        self.assertEqual([], self.nova.calls)
