# SPDX-License-Identifier: Apache-2.0
"""What is asked of us the daemon is asked, and its answer is ours."""

import http.server
import json
import pathlib
import socketserver
import tempfile
import threading
import unittest
from unittest import mock

import falcon
from falcon import testing

from nova_ha.api import daemon
from nova_ha.api import errors
from nova_ha.api import forward
from nova_ha.api.daemon import Daemon


class Listening(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """What a daemon's socket is, to ask what has come in."""

    daemon_threads = True

    def __init__(self, path):
        self.asked = []
        self.let_go = threading.Event()
        self.let_go.set()
        super().__init__(path, _Handler)

    def handle_error(self, request, client_address):
        """Who asked has gone; say nothing."""


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        self.server.asked.append((self.path, dict(self.headers), body))
        self.server.let_go.wait(20)
        self.send_response(409)
        self.send_header('Content-Type', 'text/odd')
        self.send_header('Retry-After', '7')
        self.send_header('X-Of-Its-Own', 'x')
        self.end_headers()
        self.wfile.write(b'no')

    def log_message(self, *arguments):
        """Say nothing."""


class Operation:
    rule_name = 'compute-ha:x'


class Said:
    """Middleware: what others have found out of the request."""

    def process_request(self, request, response):
        response.set_header(forward.REQUEST_ID, 'req-1')
        request.context.operation = Operation
        request.context.user = 'jo'


class ForwardTest(unittest.TestCase):
    def setUp(self):
        room = tempfile.TemporaryDirectory(prefix='nha-')
        self.addCleanup(room.cleanup)
        self.path = str(pathlib.Path(room.name) / 's')
        self.daemon = Listening(self.path)
        self.addCleanup(self.daemon.server_close)
        threading.Thread(target=self.daemon.serve_forever, daemon=True).start()
        self.addCleanup(self.daemon.shutdown)
        self.client = testing.TestClient(self.app(self.path))

    def app(self, path):
        app = falcon.App(middleware=[Said()])
        app.add_route('/x/{y}', forward.Forward(Daemon(path).ask, ['POST']))
        return app

    def test_the_question(self):
        self.client.simulate_post(
            '/x/a%3Fb',
            query_string='c=1',
            body='{}',
            headers={'Content-Type': 'application/json', 'X-Auth-Token': 't'},
            protocol='https',
        )
        [(target, headers, body)] = self.daemon.asked
        self.assertEqual(('/x/a%3Fb?c=1', b'{}'), (target, body))
        self.assertEqual('application/json', headers['Content-Type'])
        self.assertEqual('https', headers[forward.SCHEME])
        self.assertEqual('req-1', headers[forward.REQUEST_ID])
        self.assertEqual(
            {'name': 'jo', 'rule': 'compute-ha:x'},
            json.loads(headers[forward.IDENTITY]),
        )
        # The daemon believes the web server; a token is none of its business.
        self.assertNotIn('X-Auth-Token', headers)

    def test_the_answer(self):
        result = self.client.simulate_post('/x/y')
        self.assertEqual((409, 'no'), (result.status_code, result.text))
        self.assertEqual('text/odd', result.headers['content-type'])
        self.assertEqual('7', result.headers['retry-after'])
        self.assertNotIn('x-of-its-own', result.headers)

    def test_none_in_time(self):
        self.daemon.let_go.clear()
        self.addCleanup(self.daemon.let_go.set)
        question = daemon.Question('POST', '/x/y', b'', {}, {})
        with (
            mock.patch.object(daemon, 'TIMEOUT', 0.01),
            self.assertRaisesRegex(errors.BadRequest, 'not answer') as caught,
        ):
            Daemon(self.path).ask(question)
        error = caught.exception
        self.assertEqual(
            (504, 'daemon.deadline', True),
            (error.status, error.code, error.retriable),
        )
