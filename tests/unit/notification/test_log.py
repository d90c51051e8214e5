# SPDX-License-Identifier: Apache-2.0
"""The log as notifier: one line a move, one CRITICAL line an alarm."""

import logging
import unittest

from nova_ha.notification import log
from tests.unit.recovery import data

NAME = 'nova_ha.notification.log'


class Clock:
    def __init__(self):
        self.time = 0.0

    def monotonic(self):
        return self.time


class LogNotifierTest(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.clock = Clock()
        self.notifier = log.LogNotifier(self.clock)
        self.recovery = data.recovery(message='off: BMC')

    def alarms(self, *messages):
        """Return the lines that these alarms, one after another, leave."""
        with self.assertLogs(NAME, logging.DEBUG) as logs:
            logging.getLogger(NAME).debug('so that there is a line')
            for message in messages:
                self.notifier.alarm(self.recovery, message)
        return [r for r in logs.records if r.levelno == logging.CRITICAL]

    def test_a_move(self):
        with self.assertLogs(NAME, logging.INFO) as logs:
            self.notifier.moved(self.recovery, 'off_verified')
        self.assertEqual(
            ['Recovery r1 of h1: off_verified, now forcing_down. off: BMC'],
            [r.getMessage() for r in logs.records],
        )

    def test_an_alarm(self):
        (line,) = self.alarms('no answer')
        self.assertEqual(
            'Recovery r1 of h1 is forcing_down and needs somebody: no answer',
            line.getMessage(),
        )

    def test_the_same_again_only_after_a_while(self):
        self.assertEqual(1, len(self.alarms('no answer', 'no answer')))
        self.clock.time = log.REPEAT - 1
        self.assertEqual(0, len(self.alarms('no answer')))
        self.clock.time = log.REPEAT
        self.assertEqual(1, len(self.alarms('no answer')))

    def test_other_words_are_another_alarm(self):
        self.assertEqual(2, len(self.alarms('no answer', 'wrong password')))

    def test_another_recovery_has_its_own(self):
        self.assertEqual(1, len(self.alarms('no answer')))
        self.recovery = data.recovery(uuid='r2')
        self.assertEqual(1, len(self.alarms('no answer')))
