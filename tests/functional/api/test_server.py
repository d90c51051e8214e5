# SPDX-License-Identifier: Apache-2.0
"""The server against clients of every kind."""

from concurrent import futures
import http.client
import json
import threading
import time

from nova_ha.pacemaker import client
from tests.functional.api import base


class WireTest(base.ApiTestCase):
    def setUp(self):
        super().setUp()
        self.start()

    def test_malformed_http(self):
        for raw in (
            b'\r\n\r\n',
            b'nonsense\r\n\r\n',
            b'GET / HTTP/9.9\r\n\r\n',
            b'GET / HTTP/1.0\nHost: x\n\n',
            b'GET / HTTP/1.0\r\nno colon\r\n\r\n',
            b'POST /v1/fence HTTP/1.0\r\nContent-Length: -1\r\n\r\n{}',
            b'POST /v1/fence HTTP/1.0\r\nContent-Length: x\r\n\r\n{}',
            b'GET /%zz HTTP/1.0\r\n\r\n',
            b'GET /v1/hosts/%ff/power HTTP/1.0\r\n\r\n',
            b'\x16\x03\x01\x00\xa5' + bytes(200),
        ):
            with self.subTest(raw):
                answer = self.say(raw)
                self.assertNotIn('Traceback', answer)
                self.assertNotIn(' 200 ', answer)
                self.assertNotIn(' 500 ', answer)
        self.assert_alive()

    def test_huge_requests_are_refused_unread(self):
        post = b'POST /v1/fence HTTP/1.1\r\nHost: x\r\n'
        long = b'x' * 100000
        for raw, status in (
            (post + b'Content-Length: 1000000000\r\n\r\n' + long, '413'),
            (b'GET /' + long + b' HTTP/1.0\r\n\r\n', '414'),
            (b'GET / HTTP/1.0\r\nA: ' + long + b'\r\n\r\n', '413'),
            (post + b'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n', '411'),
        ):
            with self.subTest(status=status, size=len(raw)):
                self.assertIn(f' {status} ', self.say(raw).split('\r\n')[0])
        self.assert_alive()

    def test_whoever_hangs_up_does_no_harm(self):
        for raw in (b'', b'GET /v1/hos', b'GET / HTTP/1.0\r\n\r\n'):
            connection = self.connect()
            connection.sendall(raw)
            connection.close()
        self.assert_alive()

    def test_several_requests_on_one_connection(self):
        connection = http.client.HTTPConnection('localhost')
        connection.sock = self.connect()
        for _ in range(3):
            connection.request('GET', '/v1/hosts')
            self.assertEqual(
                3, len(json.load(connection.getresponse())['hosts'])
            )

    def test_an_error_is_no_traceback(self):
        self.engine.fail('hosts', KeyError('bug'))
        with (
            self.assertLogs('nova_ha.api.app', 'ERROR'),
            self.assertRaisesRegex(client.Refused, r'see req-.* in the log'),
        ):
            client.ask(str(self.path), 'GET', '/v1/hosts')

    def assert_alive(self):
        client.ask(str(self.path), 'GET', '/v1/hosts')


class CrowdTest(base.ApiTestCase):
    def ask(self, _):
        body = {'host': 'compute-1', 'deadline': 30}
        return client.ask(str(self.path), 'POST', '/v1/fence', body, 30)

    def test_a_hundred_at_once(self):
        """All are let wait at the same time, and all are answered."""
        self.start(threads=100)
        self.engine.gate.clear()
        with futures.ThreadPoolExecutor(100) as pool:
            asking = [pool.submit(self.ask, i) for i in range(100)]
            self.wait_for(lambda: len(self.engine.fences) == 100)
            self.engine.gate.set()
            answers = [one.result(30) for one in asking]
        self.assertEqual(100, len(answers))
        self.assertEqual({False}, {answer['spooled'] for answer in answers})

    def test_more_than_there_are_threads(self):
        self.start(threads=4)
        with futures.ThreadPoolExecutor(100) as pool:
            answers = list(pool.map(self.ask, range(100)))
        self.assertEqual(100, len(answers))

    def test_forty_agents_at_once(self):
        self.start(threads=64)
        with futures.ThreadPoolExecutor(40) as pool:
            results = list(
                pool.map(
                    lambda _: self.by_stdin('action=off', 'port=cmp1'),
                    range(40),
                )
            )
        self.assertEqual({0}, {result.returncode for result in results})


class StopTest(base.ApiTestCase):
    def asking(self):
        """Start a fence request; return what it will come to."""
        pool = futures.ThreadPoolExecutor(1)
        self.addCleanup(pool.shutdown)
        body = {'host': 'compute-1', 'deadline': 30}
        future = pool.submit(
            client.ask, str(self.path), 'POST', '/v1/fence', body, 30
        )
        self.assertTrue(self.engine.entered.acquire(timeout=10))
        return future

    def test_requests_under_way_are_answered(self):
        api = self.start()
        self.engine.gate.clear()
        future = self.asking()
        stopping = threading.Thread(target=api.stop, args=(20,))
        stopping.start()
        self.wait_for(lambda: not self.path.exists())
        with self.assertRaises(client.NotThere):
            client.ask(str(self.path), 'GET', '/')
        self.engine.gate.set()
        self.assertEqual('compute-1', future.result(10)['off_proof']['host'])
        stopping.join(10)
        self.assertFalse(stopping.is_alive())

    def test_does_not_wait_for_ever(self):
        api = self.start()
        self.engine.gate.clear()
        future = self.asking()
        begin = time.monotonic()
        with self.assertLogs('nova_ha.api.server', 'WARNING'):
            api.stop(0.5)
        # The request would last for thirty seconds.
        self.assertLess(time.monotonic() - begin, 15)
        self.engine.gate.set()
        future.result(10)

    def test_idle(self):
        api = self.start()
        begin = time.monotonic()
        api.stop(20)
        self.assertLess(time.monotonic() - begin, 15)
        self.assertFalse(self.path.exists())
        api.stop(20)

    def test_starts_again_on_the_same_path(self):
        self.start().stop(5)
        self.start()
        client.ask(str(self.path), 'GET', '/')
