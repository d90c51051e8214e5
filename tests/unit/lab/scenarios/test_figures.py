# SPDX-License-Identifier: Apache-2.0
"""Figures, from made-up transcripts with real words."""

import unittest

from tests.lab.guests import GuestEvent
from tests.lab.scenarios import figures
from tests.lab.scenarios.figures import Figures
from tests.lab.scenarios.witnesses import Line

FAILED_AT = 1795619430.0


def line(seconds, text):
    return Line(FAILED_AT + seconds, 'pacemaker', f'ctl1: {text}')


def guest(seconds, event, host, uuid='a'):
    return GuestEvent(FAILED_AT + seconds, event, 'spawn', uuid, host)


NOTICED = line(5, 'Timed out waiting for remote poke response from compute1')
DECIDED = line(5.5, 'Requesting fencing (reboot) of node compute1')
HISTORY = [
    {'at': '2026-11-25T15:10:36.000+00:00', 'name': 'off_verified'},
    {'at': '2026-11-25T15:10:37.000+00:00', 'name': 'forced_down'},
    {'at': '2026-11-25T15:10:50.000+00:00', 'name': 'host_serving'},
]
JOURNAL = [
    guest(-2, 'start', 'compute1'),
    guest(0, 'stop', 'compute1'),
    guest(9, 'start', 'compute2'),
    guest(10, 'start', 'compute2', 'stranger'),
]


class TestFigures(unittest.TestCase):
    def figures(self, *lines, history=(), journal=()):
        return figures.of(
            'compute1', FAILED_AT, lines, history, journal, ['a']
        )

    def test_a_recovery(self):
        self.assertEqual(
            Figures(
                noticed=5.0,
                decided=5.5,
                off=6.0,
                down=7.0,
                elsewhere=9.0,
                serving=20.0,
            ),
            self.figures(DECIDED, NOTICED, history=HISTORY, journal=JOURNAL),
        )

    def test_decided_to_down(self):
        found = self.figures(DECIDED, history=HISTORY)

        self.assertEqual(1.5, found.decided_to_down)

    def test_nothing_happened(self):
        found = self.figures()

        self.assertEqual(Figures(), found)
        self.assertIsNone(found.decided_to_down)

    def test_other_hosts_and_times_do_not_count(self):
        found = self.figures(
            line(-1, 'Lost connection to Pacemaker Remote node compute1'),
            line(5, 'Lost connection to Pacemaker Remote node compute11'),
        )

        self.assertEqual(Figures(), found)

    def test_a_service_that_will_not_stop_is_noticed(self):
        found = self.figures(
            line(
                2,
                'Result of stop operation for nova-compute on compute1: error',
            )
        )

        self.assertEqual(2.0, found.noticed)

    def test_a_service_that_stops_well_is_nothing_to_notice(self):
        found = self.figures(
            line(
                2, 'Result of stop operation for nova-compute on compute1: ok'
            )
        )

        self.assertIsNone(found.noticed)
