# SPDX-License-Identifier: Apache-2.0
"""Runs each action in a process of its own, with a hard end.

Why a process: nothing can end a thread that hangs. And pyghmi's sessions
share the module's globals: the garbage of one BMC was seen to surface in
threads that talk to others. sushy, for its part, sleeps and tries again where
nobody asked it to.

Workers come from the server of :mod:`.forkserver` or, should that fail, are
started the plain way. Either way a worker gets its secrets through a socket
of its own.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import json
import os
import socket
import subprocess
import sys
from typing import Any

from oslo_log import log as logging

from nova_ha.power import forkserver
from nova_ha.power.forkserver import REAP
from nova_ha.power.forkserver import Worker
from nova_ha.recovery.deadline import Deadline

LOG = logging.getLogger(__name__)

#: Bytes of a worker's standard error that are worth a log line.
ERRORS_SHOWN = 2000


class WorkerError(Exception):
    """A worker gave no result; the text says what happened instead."""


class Workers:
    """Starts workers. Safe to use from several threads.

    :param module: what they run, for example ``nova_ha.power.ipmi_worker``.
    """

    def __init__(self, module: str) -> None:
        self._command = (sys.executable, '-P', '-m', module)
        self._server = forkserver.Server(self._command)

    def warm(self) -> None:
        """Start the server ahead of the first action."""
        self._server.warm()

    def close(self) -> None:
        """End the server; workers under way go on."""
        self._server.close()

    def run(self, request: Mapping[str, Any], end: Deadline) -> dict[str, Any]:
        """Have a worker do the request and return its result.

        :raises WorkerError: there was none by the deadline.
        """
        try:
            errors = os.memfd_create('power-worker-stderr')
            try:
                answer = self._answer(request, end, errors)
                return _understood(answer, _text(errors))
            finally:
                os.close(errors)
        except OSError as error:
            # No memory, no descriptors, no such interpreter.
            raise WorkerError(f'no process for this action: {error}') from None

    def _answer(
        self, request: Mapping[str, Any], end: Deadline, errors: int
    ) -> bytes:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                worker = self._start(theirs, errors)
            try:
                return _converse(ours, request, end)
            except ConnectionError:
                # It has ended before it had read all; see its last words.
                return b''
            except TimeoutError:
                worker.kill()
                raise WorkerError(
                    'the process of this action did not end in time and was '
                    'killed'
                ) from None
            finally:
                worker.reap()

    def _start(self, channel: socket.socket, errors: int) -> Worker:
        worker = self._server.start(channel, errors)
        if worker is None:
            LOG.warning('Power worker is started without the server')
            worker = _Spawned(self._command, channel, errors)
        return worker


class _Spawned:
    """A worker started the plain way."""

    def __init__(
        self, command: Sequence[str], channel: socket.socket, errors: int
    ) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=channel.fileno(),
            stdout=channel.fileno(),
            stderr=errors,
            start_new_session=True,
        )

    def kill(self) -> None:
        self._process.kill()

    def reap(self) -> None:
        try:
            self._process.wait(REAP)
        except subprocess.TimeoutExpired:
            # It closed its output but lives on.
            self._process.kill()
            self._process.wait()


def _converse(
    channel: socket.socket, request: Mapping[str, Any], end: Deadline
) -> bytes:
    """Send the request and return the answer.

    :raises TimeoutError: it was not there by the deadline.
    """
    channel.settimeout(max(end.remaining(), 0.001))
    channel.sendall(json.dumps(dict(request)).encode())
    channel.shutdown(socket.SHUT_WR)
    answer = b''
    while True:
        channel.settimeout(max(end.remaining(), 0.001))
        part = channel.recv(65536)
        if not part:
            return answer
        answer += part


def _understood(answer: bytes, errors: str) -> dict[str, Any]:
    try:
        result = json.loads(answer)
    except ValueError:
        raise WorkerError(
            f'the process of this action ended without a result: '
            f'{errors[-ERRORS_SHOWN:] or "it said nothing"}'
        ) from None
    if errors:
        LOG.debug('Power worker said: %s', errors[-ERRORS_SHOWN:])
    assert isinstance(result, dict)
    return result


def _text(errors: int) -> str:
    size = os.fstat(errors).st_size
    content = os.pread(errors, ERRORS_SHOWN, max(0, size - ERRORS_SHOWN))
    return content.decode(errors='replace').strip()
