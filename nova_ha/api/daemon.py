# SPDX-License-Identifier: Apache-2.0
"""The daemon of this machine, asked over its socket."""

from collections.abc import Hashable
from collections.abc import Mapping
import dataclasses
import http.client
import socket

from nova_ha.api import errors

TIMEOUT = 120.0
"""Seconds for an answer; reading a BMC takes the longest."""


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """One request for the daemon.

    :ivar target: path and query.
    :ivar wanted: headers that its answer depends on.
    :ivar told: headers that say who asks.
    """

    method: str
    target: str
    body: bytes
    wanted: Mapping[str, str]
    told: Mapping[str, str]

    @property
    def essence(self) -> Hashable:
        """What the answer depends on, whoever asks."""
        wanted = frozenset(self.wanted.items())
        return self.method, self.target, self.body, wanted


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What the daemon says, be it an error."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Daemon:
    """Asks with a connection for each question.

    :param path: of the daemon's socket.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def ask(self, question: Question) -> Answer:
        """Return what it answers.

        :raises errors.BadRequest: it does not.
        """
        connection = _Connection(self._path)
        try:
            connection.request(
                question.method,
                question.target,
                question.body or None,
                {**question.wanted, **question.told},
            )
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        except TimeoutError:
            raise late(
                f'nova-ha-fencer did not answer within {TIMEOUT:.0f} s'
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


def late(message: str) -> errors.BadRequest:
    """Return the error that tells that there is no answer in time."""
    return errors.BadRequest(message, 'daemon.deadline', 504, retriable=True)


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
