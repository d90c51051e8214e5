# SPDX-License-Identifier: Apache-2.0
"""However many read, the daemon is asked little."""

import concurrent.futures
import http.client
import threading
import unittest
import uuid

from nova_ha.api import errors
from nova_ha.api import sparing
from nova_ha.api.daemon import Answer
from nova_ha.api.daemon import Question

READERS = 6


def question(target='/v1/mode', method='GET', **wanted):
    """Return one with a name of its own, as every request has."""
    return Question(method, target, b'', wanted, {'id': str(uuid.uuid4())})


class Daemon:
    """Answers with a number, when it is let."""

    def __init__(self):
        self.asked = []
        self.askers = []
        self.entered = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        self.status = 200
        self._lock = threading.Lock()

    def ask(self, question):
        with self._lock:
            self.asked.append(question.target)
            self.askers.append(question.told['id'])
            number = len(self.asked)
        self.entered.release()
        assert self.go.acquire(timeout=20)
        if self.status is None:
            raise errors.BadRequest('it is away', 'daemon.unavailable', 503)
        body = str(number).encode()
        return Answer(self.status, http.client.HTTPMessage(), body)

    def let(self, many=1):
        for _ in range(many):
            self.go.release()


class SparingTestCase(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()
        self.now = 100.0
        self.spared = sparing.Spared(self.daemon, lambda: self.now)
        self.pool = self.enterContext(
            concurrent.futures.ThreadPoolExecutor(2 * READERS)
        )
        self.addCleanup(self.daemon.let, 1000)

    def entered(self, many=1):
        for _ in range(many):
            self.assertTrue(self.daemon.entered.acquire(timeout=20))

    def nobody_else(self):
        self.assertFalse(self.daemon.entered.acquire(timeout=0.1))


class SharedTest(SparingTestCase):
    def ask(self, *arguments, **wanted):
        """Ask in a thread of its own; return what will have the answer."""
        return self.pool.submit(
            self.spared.share, question(*arguments, **wanted)
        )

    def assert_number(self, number, asking):
        self.assertEqual(str(number).encode(), asking.result(20).body)

    def test_all_are_told_what_one_is(self):
        asking = [self.ask() for _ in range(READERS)]
        self.entered()
        self.nobody_else()
        self.daemon.let()
        for one in asking:
            self.assert_number(1, one)

    def test_an_answer_serves_for_a_while(self):
        self.daemon.let(2)
        self.assert_number(1, self.ask())
        self.now += 0.9 * sparing.SHARED
        self.assert_number(1, self.ask())
        self.now += 0.2 * sparing.SHARED
        self.assert_number(2, self.ask())

    def test_an_error_is_an_answer_too(self):
        self.daemon.status = 404
        self.daemon.let()
        for _ in range(2):
            self.assertEqual(404, self.ask().result(20).status)
        self.assertEqual(['/v1/mode'], self.daemon.asked)

    def test_all_are_told_that_it_is_away(self):
        self.daemon.status = None
        asking = [self.ask() for _ in range(READERS)]
        self.entered()
        self.daemon.let()
        for one in asking:
            with self.assertRaisesRegex(errors.BadRequest, 'it is away'):
                one.result(20)
        self.nobody_else()

    def test_other_questions_are_asked(self):
        self.daemon.let(100)
        others = (
            self.ask('/v1/hosts'),
            self.ask('/v1/hosts?detail=true'),
            self.ask('/v1/hosts', Host='controller'),
            self.ask('/v1/hosts', Host='ctl'),
        )
        self.assertEqual(4, len({one.result(20).body for one in others}))

    def test_a_change_waits_for_no_reader(self):
        reading = self.ask()
        self.entered()
        changing = self.ask('/v1/mode', 'PUT')
        self.entered()
        self.daemon.let(2)
        concurrent.futures.wait([reading, changing], 20)

    def test_what_was_read_before_a_change_is_told_to_nobody_after(self):
        self.daemon.let()
        self.assert_number(1, self.ask())
        self.entered()
        # One more begins to read, and does not end before the change does.
        reading = self.ask('/v1/spares')
        self.entered()
        changing = self.ask('/v1/mode', 'PUT')
        self.entered()
        self.daemon.let(2)
        concurrent.futures.wait([reading, changing], 20)
        self.daemon.let(2)
        self.assert_number(4, self.ask())
        self.assert_number(5, self.ask('/v1/spares'))

    def test_a_change_that_fails_may_have_happened(self):
        self.daemon.let(3)
        self.assert_number(1, self.ask())
        self.daemon.status = None
        with self.assertRaises(errors.BadRequest):
            self.ask('/v1/mode', 'PUT').result(20)
        self.daemon.status = 200
        self.assert_number(3, self.ask())

    def test_it_is_asked_in_the_name_of_who_asks(self):
        self.daemon.let(2)
        for _ in range(2):
            self.ask().result(20)
            self.now += sparing.SHARED
        self.assertEqual(2, len(set(self.daemon.askers)))


class TurnsTest(SparingTestCase):
    def take(self, method='GET'):
        return self.pool.submit(
            self.spared.take_turns, question('/v1/recoveries', method)
        )

    def test_all_are_answered_two_at_a_time(self):
        reading = [self.take() for _ in range(READERS)]
        self.entered(sparing.TURNS)
        # What people do waits for no reader.
        doing = self.take('POST')
        self.entered()
        self.nobody_else()
        self.daemon.let(READERS + 1)
        bodies = {one.result(20).body for one in (*reading, doing)}
        self.assertEqual(READERS + 1, len(bodies))
