# SPDX-License-Identifier: Apache-2.0
"""Hands requests on to the daemon of this machine, over its socket.

For a web server that runs the API in processes of its own: they find out who
asks and whether they may, and the daemon does the rest. So a web server holds
no password of a BMC, of nova or of the store.
"""

from collections.abc import Mapping
import contextlib
import http.client
import json
import socket
import threading
from urllib import parse

import falcon

from nova_ha.api import audit
from nova_ha.api import errors
from nova_ha.api import validation

IDENTITY = 'X-Nova-Ha-Identity'
"""Who asks, and which rule let them, as JSON."""
REQUEST_ID = 'X-Openstack-Request-Id'
SCHEME = 'X-Forwarded-Proto'
TIMEOUT = 120.0
"""Seconds for an answer; reading a BMC takes the longest."""

_ASKED = ('Content-Type', 'Host', 'OpenStack-API-Version')
_ANSWERED = ('Content-Type', 'OpenStack-API-Version', 'Retry-After')


class Forward:
    """Answers what the daemon answers.

    :param path: of the daemon's socket.
    :param methods: those that there are.
    :param turns: what a reader waits for before the daemon is asked; None
        where none waits.
    """

    def __init__(
        self,
        path: str,
        methods: frozenset[str],
        turns: threading.Semaphore | None = None,
    ) -> None:
        self._path = path
        self._turns = turns
        for method in methods:
            setattr(self, f'on_{method.lower()}', self._forward)

    def _forward(
        self,
        request: falcon.Request,
        response: falcon.Response,
        **parameters: str,
    ) -> None:
        with self._turn(request.method):
            status, headers, body = self._ask(
                request.method,
                _target(request),
                validation.raw_body(request),
                _headers(request, response),
            )
        response.status = status
        response.data = body
        for name in _ANSWERED:
            if headers.get(name):
                response.set_header(name, headers[name])

    def _turn(self, method: str) -> contextlib.AbstractContextManager[object]:
        if self._turns is None or method != 'GET':
            return contextlib.nullcontext()
        return self._turns

    def _ask(
        self,
        method: str,
        target: str,
        body: bytes,
        headers: Mapping[str, str],
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Return status, headers and body of the answer.

        :raises errors.BadRequest: there is none.
        """
        connection = _Connection(self._path)
        try:
            connection.request(method, target, body or None, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except TimeoutError:
            raise errors.BadRequest(
                f'nova-ha-fencer did not answer within {TIMEOUT:.0f} s',
                'daemon.deadline',
                504,
                retriable=True,
            ) from None
        except (OSError, http.client.HTTPException) as error:
            raise errors.BadRequest(
                f'nova-ha-fencer does not answer on {self._path} ({error}): '
                'start it, and see socket and socket_users in section [api] '
                'of nova-ha.conf',
                'daemon.unavailable',
                503,
                retriable=True,
            ) from None
        finally:
            connection.close()


class Ready(Forward):
    """``GET /v1/health/ready``: a daemon that is away is a reason."""

    def _forward(
        self,
        request: falcon.Request,
        response: falcon.Response,
        **parameters: str,
    ) -> None:
        try:
            super()._forward(request, response, **parameters)
        except errors.BadRequest as error:
            response.status = falcon.HTTP_SERVICE_UNAVAILABLE
            response.media = {'ready': False, 'reasons': [str(error)]}


class _Connection(http.client.HTTPConnection):
    """HTTP on a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__('localhost', timeout=TIMEOUT)
        self._socket_path = path

    def connect(self) -> None:
        """Connect to the path instead of the host."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._socket_path)


def _target(request: falcon.Request) -> str:
    """Return path and query, so that the daemon reads the same from them.

    A question mark within the path must not become the one behind it.
    """
    path = parse.quote(request.path, safe='/')
    return f'{path}?{request.query_string}' if request.query_string else path


def _headers(
    request: falcon.Request, response: falcon.Response
) -> dict[str, str]:
    headers = {
        name: value
        for name in _ASKED
        if (value := request.get_header(name)) is not None
    }
    headers[SCHEME] = request.scheme
    # The daemon gives each request a name too; ours is the wider one.
    headers[REQUEST_ID] = str(response.get_header(REQUEST_ID))
    headers[IDENTITY] = json.dumps(
        {
            'name': audit.who(request),
            'rule': request.context.operation.rule_name,
        }
    )
    return headers
