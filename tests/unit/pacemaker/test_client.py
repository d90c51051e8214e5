# SPDX-License-Identifier: Apache-2.0
"""The client against a server that says anything at all."""

import contextlib
import pathlib
import shutil
import socket
import tempfile
import threading
import unittest
from urllib import parse

import hypothesis
from hypothesis import strategies as st

from nova_ha.pacemaker import client


class ClientTestCase(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='nha-'))
        self.addCleanup(shutil.rmtree, self.directory)
        self.path = str(self.directory / 's')

    @contextlib.contextmanager
    def server(self, answer):
        """Give one connection this answer and close it."""
        heard = []
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.path)
            listener.listen()

            def serve():
                connection, _ = listener.accept()
                with connection:
                    heard.append(connection.recv(65536))
                    connection.sendall(answer)

            thread = threading.Thread(target=serve)
            thread.start()
            try:
                yield heard
            finally:
                thread.join()
                pathlib.Path(self.path).unlink()

    def ask(self, answer, body=None):
        with self.server(answer):
            return client.ask(self.path, 'GET', '/x', body, 5)


class AskTest(ClientTestCase):
    def test_request_on_the_wire(self):
        with self.server(b'HTTP/1.0 200 OK\r\n\r\n{}') as heard:
            client.ask(self.path, 'POST', '/v1/fence', {'host': 'Zürich'}, 5)
        self.assertEqual(
            b'POST /v1/fence HTTP/1.0\r\n'
            b'Host: localhost\r\n'
            b'Content-Type: application/json\r\n'
            b'Content-Length: 23\r\n\r\n'
            b'{"host": "Z\\u00fcrich"}',
            heard[0],
        )

    def test_answer(self):
        answer = b'HTTP/1.1 202 Accepted\r\ncontent-length: 8\r\n\r\n{"a": 1}'
        self.assertEqual({'a': 1}, self.ask(answer))

    def test_refusal_in_the_daemons_words(self):
        with self.assertRaises(client.Refused) as caught:
            self.ask(
                b'HTTP/1.0 502 Bad Gateway\r\n\r\n{"error": {"code": '
                b'"power.auth", "message": "two\\nlines", "retriable": true}}'
            )
        error = caught.exception
        self.assertEqual('two lines', str(error))
        self.assertEqual(
            (502, 'power.auth', True),
            (error.status, error.code, error.retriable),
        )

    def test_refusal_without_json(self):
        for status, retriable in ((400, False), (503, True)):
            with (
                self.subTest(status),
                self.assertRaises(client.Refused) as caught,
            ):
                self.ask(b'HTTP/1.1 %d No\r\n\r\nBad\nday' % status)
            self.assertEqual(retriable, caught.exception.retriable)
            self.assertIn(str(status), str(caught.exception))

    def test_broken_off(self):
        for answer in (
            b'',
            b'HTTP/1.0 200 OK\r\nContent-',
            b'HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\n{',
        ):
            with (
                self.subTest(answer),
                self.assertRaises(client.BrokenOff) as caught,
            ):
                self.ask(answer)
            self.assertTrue(caught.exception.retriable)

    def test_not_http(self):
        for answer in (
            b'220 mail\r\n\r\n',
            b'\r\n\r\n',
            b'HTTP/1.0 x\r\n\r\n',
        ):
            with (
                self.subTest(answer),
                self.assertRaisesRegex(client.DaemonError, 'speak HTTP'),
            ):
                self.ask(answer)

    @hypothesis.given(st.binary(max_size=200))
    def test_any_answer_ends_in_a_daemon_error_or_an_object(self, answer):
        for head in (b'', b'HTTP/1.0 200 OK\r\n\r\n', b'HTTP/1.0 500\r\n\r\n'):
            with contextlib.suppress(client.DaemonError):
                self.assertIsInstance(self.ask(head + answer), dict)

    def test_nobody_there(self):
        with self.assertRaisesRegex(client.NotThere, 'start nova-ha-fencer'):
            client.ask(self.path, 'GET', '/', None, 5)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.path)
        with self.assertRaisesRegex(client.NotThere, 'refused'):
            client.ask(self.path, 'GET', '/', None, 5)

    def test_path_too_long_for_a_socket(self):
        with self.assertRaisesRegex(client.NotThere, 'too long'):
            client.ask('/' + 'x' * 200, 'GET', '/', None, 5)

    def test_queue_of_connections_full(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.path)
            listener.listen(0)
            with socket.socket(socket.AF_UNIX) as first:
                first.connect(self.path)
                with self.assertRaises(client.Busy) as caught:
                    client.ask(self.path, 'GET', '/', None, 5)
        self.assertTrue(caught.exception.retriable)

    def test_no_answer_in_time(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.path)
            listener.listen()
            with self.assertRaisesRegex(client.TooLate, 'within 0.1 s'):
                client.ask(self.path, 'GET', '/', None, 0.1)


class QuoteTest(unittest.TestCase):
    def test_quote(self):
        self.assertEqual('cmp-1.example_x~', client.quote('cmp-1.example_x~'))
        self.assertEqual('a%20b%2Fc%3F%0A%C3%BC', client.quote('a b/c?\nü'))

    @hypothesis.given(st.text(st.characters(codec='utf-8')))
    def test_as_urllib_does(self, text):
        self.assertEqual(parse.quote(text, safe=''), client.quote(text))
