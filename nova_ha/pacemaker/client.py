# SPDX-License-Identifier: Apache-2.0
"""Asks the daemon over its Unix socket; one request a connection.

Speaks just enough HTTP/1.0 for that: ``http.client`` would cost as much as
all the rest of the fence agent's start.

::

    DaemonError          no answer that can be used
    ├── NotThere       R  nobody answers on the socket
    ├── Busy           R  its queue of connections is full
    ├── NotAllowed        the socket may not be opened by this user
    ├── BrokenOff      R  the connection ended before the answer did
    └── TooLate           no answer within the time given
    Refused           (R) the daemon says no; has code and message

R: ``retriable``; the same request may succeed later.
"""

import json
import socket
import time

MAX_ANSWER = 16 * 1024 * 1024
_UNRESERVED = frozenset(
    b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~'
)


class DaemonError(Exception):
    """The daemon gave no answer that can be used."""

    retriable = False


class NotThere(DaemonError):
    """Nobody answers on the socket."""

    retriable = True

    def __init__(self, path: str, why: OSError) -> None:
        super().__init__(
            f'nothing answers on {path} ({why.strerror}): '
            'start nova-ha-fencer on this machine'
        )


class Busy(DaemonError):
    """The daemon's queue of connections is full."""

    retriable = True


class NotAllowed(DaemonError):
    """The socket may not be opened by this user."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f'no permission to open {path}: see socket_owner, socket_group '
            'and socket_mode in section [fencer] of nova-ha.conf'
        )


class BrokenOff(DaemonError):
    """The connection ended before the answer did."""

    retriable = True


class TooLate(DaemonError):
    """No answer within the time given."""


class Refused(DaemonError):
    """The daemon says no.

    :ivar status: the HTTP status.
    :ivar code: the stable code of the error; '' where it has none.
    """

    def __init__(
        self, status: int, code: str, message: str, retriable: bool
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.retriable = retriable


def quote(text: str) -> str:
    """Return the text as one segment of a URL's path or query."""
    return ''.join(
        chr(byte) if byte in _UNRESERVED else f'%{byte:02X}'
        for byte in text.encode('utf-8', 'surrogateescape')
    )


def ask(
    socket_path: str,
    method: str,
    path: str,
    body: 'dict[str, object] | None' = None,
    seconds: float = 15.0,
) -> 'dict[str, object]':
    """Send one request and return the answer's JSON object.

    :param path: with its query, percent-encoded.
    :param seconds: within which the answer must be complete.
    :raises DaemonError: see the module.
    """
    until = time.monotonic() + seconds
    request = _request(method, path, body)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            _connect(connection, socket_path, until)
            answer = _exchange(connection, request, until)
    except TimeoutError:
        raise TooLate(
            f'no answer from nova-ha-fencer within {seconds:.1f} s'
        ) from None
    return _read(answer)


def _request(
    method: str, path: str, body: 'dict[str, object] | None'
) -> bytes:
    content = b'' if body is None else json.dumps(body).encode()
    head = (
        f'{method} {path} HTTP/1.0\r\n'
        'Host: localhost\r\n'
        'Content-Type: application/json\r\n'
        f'Content-Length: {len(content)}\r\n\r\n'
    )
    return head.encode('ascii') + content


def _connect(connection: socket.socket, path: str, until: float) -> None:
    connection.settimeout(_left(until))
    try:
        connection.connect(path)
    except TimeoutError:
        raise
    except PermissionError:
        raise NotAllowed(path) from None
    except BlockingIOError:
        raise Busy(f'too many wait for nova-ha-fencer on {path}') from None
    except OSError as error:
        # AF_UNIX path too long comes without an errno.
        error.strerror = error.strerror or str(error)
        raise NotThere(path, error) from None


def _exchange(
    connection: socket.socket, request: bytes, until: float
) -> bytes:
    """Send the request, return all that comes until the daemon closes."""
    parts: list[bytes] = []
    size = 0
    try:
        connection.sendall(request)
        while size <= MAX_ANSWER:
            connection.settimeout(_left(until))
            part = connection.recv(65536)
            if not part:
                return b''.join(parts)
            parts.append(part)
            size += len(part)
    except TimeoutError:
        raise
    except OSError as error:
        raise BrokenOff(
            f'nova-ha-fencer broke the connection off ({error.strerror})'
        ) from None
    raise DaemonError(f'the answer is longer than {MAX_ANSWER} bytes')


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _read(answer: bytes) -> 'dict[str, object]':
    status, content = _parse(answer)
    try:
        data = json.loads(content) if content else {}
    except ValueError:
        data = None
    if 200 <= status < 300 and isinstance(data, dict):
        return data
    error = data.get('error') if isinstance(data, dict) else None
    if not isinstance(error, dict):
        # Not the daemon's own words, so what carries it speaks.
        text = content.decode('utf-8', 'replace').strip()[:200]
        error = {'message': f'HTTP status {status} {text}'.strip()}
    raise Refused(
        status,
        str(error.get('code', '')),
        ' '.join(str(error.get('message', '')).split()),
        bool(error.get('retriable', status == 503)),
    )


def _parse(answer: bytes) -> tuple[int, bytes]:
    """Return status and body.

    :raises DaemonError: the answer is not complete or is not HTTP.
    """
    head, blank, content = answer.partition(b'\r\n\r\n')
    if not blank:
        raise BrokenOff('nova-ha-fencer ended before it had answered')
    first, *lines = head.split(b'\r\n')
    headers = dict(_header(line) for line in lines)
    try:
        status = int(first.split()[1])
        length = int(headers.get(b'content-length', len(content)))
    except (IndexError, ValueError):
        raise DaemonError(
            'what answers on the socket does not speak HTTP'
        ) from None
    if len(content) < length:
        raise BrokenOff('nova-ha-fencer ended in the middle of an answer')
    return status, content


def _header(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b':')
    return name.strip().lower(), value.strip()
