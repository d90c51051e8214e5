# SPDX-License-Identifier: Apache-2.0
"""What is played on a lab leaves it as it was found."""

import unittest

from tests.lab import borrowing
from tests.lab.errors import LabError


class Lab:
    """Writes down what is asked of it."""

    def __init__(self, up, stack='the stack'):
        self.stack = stack
        self.asked = []
        self._up = up

    def enter(self):
        self.asked.append('enter')

    def is_up(self):
        return self._up

    def up(self, progress):
        self.asked.append('up')

    def down(self, progress, wipe):
        self.asked.append('down and wiped' if wipe else 'down')


class TestBorrow(unittest.TestCase):
    def play(self, lab, play):
        return borrowing.borrow(lab, 'the test', play)

    def test_lab_that_is_up_stays_up(self):
        lab = Lab(up=True)
        self.assertTrue(self.play(lab, lambda stack, say: True))
        self.assertEqual(['enter', 'up'], lab.asked)

        lab = Lab(up=True)
        self.assertFalse(self.play(lab, lambda stack, say: False))
        self.assertEqual(['enter', 'up'], lab.asked)

    def test_another_is_removed(self):
        lab = Lab(up=False)
        self.assertTrue(self.play(lab, lambda stack, say: True))
        self.assertEqual(['enter', 'up', 'down and wiped'], lab.asked)

    def test_logs_of_what_went_wrong_are_kept(self):
        lab = Lab(up=False)
        self.assertFalse(self.play(lab, lambda stack, say: False))
        self.assertEqual(['enter', 'up', 'down'], lab.asked)

    def test_logs_of_what_broke_off_are_kept(self):
        def broken(stack, progress):
            raise LabError('the network is in pieces')

        lab = Lab(up=False)
        with self.assertRaisesRegex(LabError, 'in pieces'):
            self.play(lab, broken)
        self.assertEqual(['enter', 'up', 'down'], lab.asked)

    def test_stack_of_the_lab_is_played_on(self):
        lab, seen = Lab(up=True), []
        self.play(lab, lambda stack, say: not seen.append(stack))
        self.assertEqual(['the stack'], seen)

    def test_lab_without_pacemaker_is_left_alone(self):
        lab = Lab(up=True, stack=None)
        with self.assertRaisesRegex(LabError, 'which the test needs'):
            self.play(lab, lambda stack, say: True)
        self.assertEqual([], lab.asked)
