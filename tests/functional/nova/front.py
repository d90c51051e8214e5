# SPDX-License-Identifier: Apache-2.0
"""Serves a WSGI application on a loopback port and notes what is asked."""

import dataclasses
import json
import threading

from cheroot import wsgi


@dataclasses.dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: str
    microversion: str | None
    body: object

    def __str__(self):
        return f'{self.method} {self.path}'


class Front:
    """What stands before nova-api: notes requests, bends a few answers.

    :ivar newest: newest microversion to advertise; None leaves nova's own.
    :ivar answers: ``(status, headers, body)`` to give instead of nova's,
        first come first served.
    :ivar identity: headers for requests that bear none of nova's stub of
        keystone, as those of a program of its own.
    """

    def __init__(self, app):
        self._app = app
        self._lock = threading.Lock()
        self.requests = []
        self.newest = None
        self.answers = []
        self.before = None
        self.identity = {}

    def start(self):
        self._server = wsgi.Server(('127.0.0.1', 0), self, numthreads=8)
        self._server.prepare()
        self._thread = threading.Thread(target=self._server.serve, daemon=True)
        self._thread.start()
        return self

    def stop(self):
        self._server.stop()
        self._thread.join()

    @property
    def url(self):
        return f'http://127.0.0.1:{self._server.bind_addr[1]}/v2.1'

    def forget(self):
        self.requests.clear()

    def __call__(self, environ, start_response):
        body = environ['wsgi.input'].read(
            int(environ.get('CONTENT_LENGTH') or 0)
        )
        environ['wsgi.input'] = _Replay(body)
        for name, value in self.identity.items():
            key = f'HTTP_{name.upper().replace("-", "_")}'
            environ.setdefault(key, value)
        with self._lock:
            self.requests.append(_noted(environ, body))
            answer = self.answers.pop(0) if self.answers else None
        if self.before:
            self.before(self.requests[-1])
        if answer is not None:
            status, headers, text = answer
            start_response(status, headers)
            return [text]
        if self.newest and environ['PATH_INFO'] == '/v2.1/':
            return self._capped(environ, start_response)
        return self._app(environ, start_response)

    def _capped(self, environ, start_response):
        told = {}

        def note(status, headers, exc_info=None):
            told.update(status=status, headers=dict(headers))

        text = b''.join(self._app(environ, note))
        document = json.loads(text)
        document['version']['version'] = self.newest
        text = json.dumps(document).encode()
        told['headers']['Content-Length'] = str(len(text))
        start_response(told['status'], list(told['headers'].items()))
        return [text]


class _Replay:
    """A request's body once more."""

    def __init__(self, body):
        self._rest = body

    def read(self, size=-1):
        if size is None or size < 0:
            size = len(self._rest)
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


def _noted(environ, body):
    return Request(
        method=environ['REQUEST_METHOD'],
        path=environ['PATH_INFO'].removeprefix('/v2.1'),
        query=environ['QUERY_STRING'],
        microversion=environ.get('HTTP_X_OPENSTACK_NOVA_API_VERSION'),
        body=json.loads(body) if body else None,
    )
