# SPDX-License-Identifier: Apache-2.0
"""Why a daemon is not ready."""

import datetime
import types
import unittest

from nova_ha.cmd import readiness
from nova_ha.recovery import errors


class World:
    """A store, a hosts file and a clock, as far as it looks at them."""

    def __init__(self):
        self.trouble = None
        self.looks = 0
        self.at = 1000.0
        self.gone = ''
        self.store = types.SimpleNamespace(check=self.check)
        self.hosts = types.SimpleNamespace(problem=lambda: self.gone)
        self.clock = types.SimpleNamespace(
            monotonic=lambda: self.at,
            now=lambda: datetime.datetime.now(datetime.UTC),
        )

    def check(self):
        self.looks += 1
        if self.trouble is not None:
            raise self.trouble


class ReadinessTest(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.beats = 0
        self.readiness = readiness.Readiness(
            lambda: self.beats,
            self.world,
            readiness.store_look(self.world),
        )

    def later(self, seconds, beats=1):
        self.world.at += seconds
        self.beats += beats
        return list(self.readiness.reasons())

    def test_all_is_well(self):
        self.assertEqual([], self.later(0))

    def test_reasons(self):
        self.world.trouble = errors.StoreUnavailable('no route')
        self.world.gone = 'hosts.yaml is gone'
        self.assertEqual(
            ['hosts.yaml is gone', 'the store cannot be written: no route'],
            self.later(5),
        )
        self.world.trouble, self.world.gone = None, ''
        self.assertEqual([], self.later(5))

    def test_an_engine_that_stands_still(self):
        self.assertEqual([], self.later(5))
        self.assertEqual([], self.later(readiness.STALL, beats=0))
        [reason] = self.later(5, beats=0)
        self.assertIn('stood still for 35 s', reason)
        self.assertEqual([], self.later(5))

    def test_a_crowd_costs_the_store_one_look_a_second(self):
        for _ in range(100):
            self.later(0)
        self.assertEqual(1, self.world.looks)
        self.later(1)
        self.assertEqual(2, self.world.looks)
