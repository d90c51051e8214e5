# SPDX-License-Identifier: Apache-2.0
"""Nova's records are read when something may have ended, not before."""

import datetime
import unittest

from nova_ha.engine.cadence import Cadence
from nova_ha.engine.cadence import LONGEST
from nova_ha.engine.settings import Settings
from nova_ha.engine.worklist import Worklist
from nova_ha.recovery.states import EvacuationState as State
from tests.unit.db.base import new_evacuation
from tests.unit.db.base import new_recovery

NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)


def seconds(number):
    return datetime.timedelta(seconds=number)


class Clock:
    def __init__(self):
        self.passed = 0.0

    def now(self):
        return NOW + seconds(self.passed)

    def monotonic(self):
        return self.passed


class CadenceTest(unittest.TestCase):
    def setUp(self):
        self.clock = Clock()
        self.settings = Settings('me', poll_interval=0.25)
        self.cadence = Cadence(self.clock, lambda: self.settings, lambda: 2)

    def work(self, *asked_at, pending=0):
        recovery = new_recovery()
        rows = [
            new_evacuation(
                recovery, state=State.MIGRATING, asked_at=NOW + seconds(at)
            )
            for at in asked_at
        ] + [new_evacuation(recovery) for _ in range(pending)]
        return Worklist(recovery, rows)

    def until_due(self, work, quickest=None):
        work.quickest = None if quickest is None else seconds(quickest)
        self.cadence.answered(work.recovery.uuid)
        return self.cadence.until_due(work)

    def test_at_once_before_the_first_answer(self):
        self.assertTrue(self.cadence.is_due(self.work(0)))

    def test_as_often_as_may_be_until_one_has_ended(self):
        self.assertEqual(0.25, self.until_due(self.work(0, 0)))

    def test_not_while_none_can_have_ended(self):
        work = self.work(0, 0, pending=3)
        self.assertAlmostEqual(0.8 * 2 - 0.25, self.until_due(work, 2.0))
        self.clock.passed = 1.0
        self.assertAlmostEqual(0.35, self.until_due(work, 2.0))
        self.clock.passed = 1.3
        self.assertEqual(0.25, self.until_due(work, 2.0))

    def test_the_oldest_counts(self):
        self.clock.passed = 1.5
        self.assertEqual(0.25, self.until_due(self.work(0, 1.5), 2.0))

    def test_not_put_off_for_long(self):
        self.assertEqual(0.25 + LONGEST, self.until_due(self.work(0, 0), 60.0))

    def test_not_put_off_while_there_is_room_for_another(self):
        self.assertEqual(0.25, self.until_due(self.work(0, pending=1), 2.0))
        self.assertLess(0.25, self.until_due(self.work(0), 2.0))

    def test_not_put_off_when_it_is_not_known_since_when(self):
        work = self.work(0)
        recovery = work.recovery
        row = new_evacuation(recovery, state=State.MIGRATING)
        work.rows[row.instance] = row
        self.assertEqual(0.25, self.until_due(work, 2.0))

    def test_forgotten(self):
        work = self.work(0)
        self.until_due(work)
        self.cadence.forget(work.recovery.uuid)
        self.assertTrue(self.cadence.is_due(work))


class QuickestTest(unittest.TestCase):
    def test_the_quickest_is_known(self):
        recovery = new_recovery()
        rows = [
            new_evacuation(recovery, asked_at=NOW + seconds(at))
            for at in (0, 1)
        ]
        work = Worklist(recovery, rows)
        work.went_over(rows[0], NOW + seconds(3))
        self.assertEqual(seconds(3), work.quickest)
        work.went_over(rows[1], NOW + seconds(3))
        self.assertEqual(seconds(2), work.quickest)
        work.went_over(rows[1], NOW + seconds(9))
        self.assertEqual(NOW + seconds(3), work.over_since[rows[1].instance])
