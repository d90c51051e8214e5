# SPDX-License-Identifier: Apache-2.0
"""Nova's records are read some time after nova has answered."""

import unittest

from nova_ha.engine.cadence import Cadence
from nova_ha.engine.settings import Settings


class Clock:
    def __init__(self):
        self.passed = 0.0

    def monotonic(self):
        return self.passed


class CadenceTest(unittest.TestCase):
    def setUp(self):
        self.clock = Clock()
        self.settings = Settings('me', poll_interval=0.25)
        self.cadence = Cadence(self.clock, lambda: self.settings)

    def test_at_once_before_the_first_answer(self):
        self.assertTrue(self.cadence.is_due('r'))

    def test_some_time_after_the_last_answer(self):
        self.cadence.answered('r')
        self.assertEqual(0.25, self.cadence.until_due('r'))
        self.clock.passed = 0.1
        self.assertAlmostEqual(0.15, self.cadence.until_due('r'))
        self.assertFalse(self.cadence.is_due('r'))
        self.clock.passed = 0.2495
        self.assertTrue(self.cadence.is_due('r'))
        self.clock.passed = 3.0
        self.assertEqual(0.0, self.cadence.until_due('r'))
        self.assertEqual(0.0, self.cadence.last_answer('r'))

    def test_each_recovery_by_itself(self):
        self.cadence.answered('r')
        self.assertTrue(self.cadence.is_due('s'))

    def test_forgotten(self):
        self.cadence.answered('r')
        self.cadence.forget('r')
        self.assertTrue(self.cadence.is_due('r'))
