# SPDX-License-Identifier: Apache-2.0
"""One question at a time, however many ask."""

from concurrent import futures
import threading
import unittest

from nova_ha.looks import Look
from nova_ha.looks import Looks
from nova_ha.looks import REMEMBERED
from nova_ha.recovery import errors


class Slow:
    """Answers with a number, when it is let."""

    def __init__(self):
        self.asked = 0
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)
        self.error = None

    def __call__(self):
        self.asked += 1
        number = self.asked
        self.entered.release()
        self.gate.wait(10)
        if self.error is not None:
            raise self.error
        return number


class LookTest(unittest.TestCase):
    def setUp(self):
        self.now = 100.0
        self.slow = Slow()
        self.addCleanup(self.slow.gate.set)

    def look(self, patience=10.0):
        return Look(
            'nova',
            self.slow,
            errors.ComputeUnavailable,
            max_age=2.0,
            patience=patience,
            monotonic=lambda: self.now,
        )

    def test_an_answer_serves_for_a_while(self):
        look = self.look()
        self.assertEqual([1, 1], [look.get(), look.get()])
        self.now += 1.9
        self.assertEqual(1, look.get())
        self.now += 0.2
        self.assertEqual(2, look.get())

    def test_so_does_a_failure(self):
        look = self.look()
        self.slow.error = errors.ComputeUnavailable('keystone is down')
        for _ in range(3):
            with self.assertRaisesRegex(errors.ComputeError, 'keystone'):
                look.get()
        self.assertEqual(1, self.slow.asked)
        self.slow.error = None
        self.now += 2.0
        self.assertEqual(2, look.get())

    def test_many_share_one_question(self):
        look = self.look()
        self.slow.gate.clear()
        with futures.ThreadPoolExecutor(20) as pool:
            asking = [pool.submit(look.get) for _ in range(20)]
            self.assertTrue(self.slow.entered.acquire(timeout=10))
            self.slow.gate.set()
            self.assertEqual({1}, {one.result(10) for one in asking})
        self.assertEqual(1, self.slow.asked)

    def test_nobody_waits_for_ever(self):
        look = self.look(patience=0.01)
        self.slow.gate.clear()
        for _ in range(3):
            with self.assertRaises(errors.ComputeUnavailable) as caught:
                look.get()
        self.assertIn('nova has not answered', str(caught.exception))
        # Who waits so briefly may be gone before it has begun.
        self.assertTrue(self.slow.entered.acquire(timeout=10))
        self.assertEqual(1, self.slow.asked)

    def test_what_comes_late_is_there_for_the_next(self):
        look = self.look()
        self.slow.gate.clear()
        look.begin()
        self.assertTrue(self.slow.entered.acquire(timeout=10))
        self.now += 60
        self.slow.gate.set()
        self.assertEqual(1, look.get())

    def test_it_is_asked_for_who_begins(self):
        look = self.look()
        self.assertEqual('mine', look.get(lambda: 'mine'))
        self.assertEqual('mine', look.get(lambda: 'yours'))
        self.now += 2.0
        self.assertEqual('yours', look.get(lambda: 'yours'))


class LooksTest(unittest.TestCase):
    def setUp(self):
        self.looks = Looks(
            'nova', errors.ComputeUnavailable, monotonic=lambda: 100.0
        )
        self.slow = Slow()
        self.addCleanup(self.slow.gate.set)

    def get(self, key):
        return self.looks.get(key, self.slow)

    def test_each_is_asked_about_once(self):
        self.assertEqual(
            [1, 2, 1, 2], [self.get(key) for key in ('a', 'b', 'a', 'b')]
        )

    def test_what_is_forgotten_is_asked_again(self):
        self.get('a')
        self.looks.forget()
        self.assertEqual(2, self.get('a'))

    def test_what_is_being_answered_is_forgotten_too(self):
        self.slow.gate.clear()
        with futures.ThreadPoolExecutor(2) as pool:
            before = pool.submit(self.get, 'a')
            self.assertTrue(self.slow.entered.acquire(timeout=10))
            self.looks.forget()
            after = pool.submit(self.get, 'a')
            self.assertTrue(self.slow.entered.acquire(timeout=10))
            self.slow.gate.set()
            self.assertEqual([1, 2], [before.result(10), after.result(10)])

    def test_few_are_remembered(self):
        for number in range(REMEMBERED + 1):
            self.get(number)
        self.assertEqual(REMEMBERED + 2, self.get(0))
