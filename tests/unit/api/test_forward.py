# SPDX-License-Identifier: Apache-2.0
"""Readers wait for their turn, so that the daemon is not asked by all."""

import concurrent.futures
import http.server
import pathlib
import socketserver
import tempfile
import threading
import unittest

import falcon
from falcon import testing

from nova_ha.api import forward

READERS = 6
TURNS = 2


class Daemon(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Answers when it is let, and knows how many wait for that."""

    daemon_threads = True
    request_queue_size = 2 * READERS

    def __init__(self, path):
        self.asked = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        super().__init__(path, _Handler)


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.release()
        self.server.go.acquire(timeout=20)
        self.send_response(200)
        self.send_header('Content-Length', '0')
        self.end_headers()

    do_POST = do_GET  # noqa: N815  as http.server wants it

    def log_message(self, *arguments):
        """Say nothing."""


class Operation:
    rule_name = 'x'


class Said:
    """Middleware: what others have found out of the request."""

    def process_request(self, request, response):
        request.context.operation = Operation
        request.context.user = 'jo'


class TurnsTest(unittest.TestCase):
    def setUp(self):
        room = tempfile.TemporaryDirectory(prefix='nha-')
        self.addCleanup(room.cleanup)
        path = str(pathlib.Path(room.name) / 's')
        self.daemon = Daemon(path)
        self.addCleanup(self.daemon.server_close)
        threading.Thread(target=self.daemon.serve_forever, daemon=True).start()
        self.addCleanup(self.daemon.shutdown)
        app = falcon.App(middleware=[Said()])
        app.add_route(
            '/x',
            forward.Forward(
                path, frozenset({'GET', 'POST'}), threading.Semaphore(TURNS)
            ),
        )
        self.client = testing.TestClient(app)
        self.pool = self.enterContext(
            concurrent.futures.ThreadPoolExecutor(2 * READERS)
        )

    def test_all_are_answered_two_at_a_time(self):
        reading = [
            self.pool.submit(self.client.simulate_get, '/x')
            for _ in range(READERS)
        ]
        for _ in range(TURNS):
            self.assertTrue(self.daemon.asked.acquire(timeout=20))
        # What people do waits for no reader.
        doing = self.pool.submit(self.client.simulate_post, '/x')
        self.assertTrue(self.daemon.asked.acquire(timeout=20))
        self.assertFalse(self.daemon.asked.acquire(timeout=0.1))
        for _ in range(READERS + 1):
            self.daemon.go.release()
        for each in (*reading, doing):
            self.assertEqual(200, each.result(20).status_code)
