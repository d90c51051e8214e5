# SPDX-License-Identifier: Apache-2.0
"""Told apart: reports of nova-compute, and PUTs by anybody."""

import unittest

from nova_ha.recovery.liveness import Sightings
from tests.unit.recovery import data


class SightingsTest(unittest.TestCase):
    def look(self, *looks, last=0):
        """Look at ``(updated_at in seconds, records done)`` in turn."""
        seen = Sightings(last=None if last is None else data.at(last))
        for moved, done in looks:
            at = None if moved is None else data.at(moved)
            seen = seen.look(data.service(updated_at=at), done)
        return seen.reports_again

    def test_nothing_moves(self):
        self.assertFalse(self.look((0, 0), (0, 0), (0, 0)))

    def test_one_move_may_be_a_put(self):
        self.assertFalse(self.look((5, 0), (5, 0)))

    def test_two_moves_are_reports(self):
        self.assertTrue(self.look((5, 0), (5, 0), (15, 0)))

    def test_a_record_completed_and_a_move_are_a_start(self):
        self.assertTrue(self.look((0, 3), (5, 2)))
        self.assertTrue(self.look((0, 3), (0, 2), (5, 2)))

    def test_a_record_completed_alone_is_not(self):
        self.assertFalse(self.look((0, 3), (0, 2)))

    def test_more_records_are_no_start(self):
        self.assertFalse(self.look((0, 2), (5, 3)))

    def test_going_back_is_no_move(self):
        self.assertFalse(self.look((-5, 0), (-3, 0)))

    def test_nova_shows_no_time(self):
        self.assertFalse(self.look((None, 0), (None, 0), last=None))
        self.assertFalse(self.look((5, 0), last=None))
