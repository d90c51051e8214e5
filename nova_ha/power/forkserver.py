# SPDX-License-Identifier: Apache-2.0
"""The server that forks workers, seen from the service.

Starting Python and importing pyghmi takes 0.1 s of CPU time (0.2 s with
sushy), which for 40 hosts at once makes seconds: 0.6 s with the server, 3 s
without it, on two cores. The server (:mod:`.worker` with ``--serve``) is a
single-threaded process that has done both once and forks a fresh worker for
each action. It is asked over a socket, and ends with the service. Should it
be gone, it is started again.
"""

from collections.abc import Sequence
import contextlib
import os
import select
import signal
import socket
import subprocess
import threading
from typing import Protocol

from oslo_log import log as logging

LOG = logging.getLogger(__name__)

#: Seconds the server may take to fork; also to start, when it is new.
PATIENCE = 3.0
#: Seconds for an ended process to be reaped.
REAP = 1.0


class Worker(Protocol):
    """A started worker."""

    def kill(self) -> None:
        """End it at once."""

    def reap(self) -> None:
        """Leave no zombie; called when it has ended."""


class _Forked:
    """A worker forked by the server, which also reaps it."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def reap(self) -> None:
        ended, _, _ = select.select([self._handle], [], [], REAP)
        if not ended:
            self.kill()
        os.close(self._handle)


class Server:
    """The process that forks workers.

    :param command: what starts a worker; with ``--serve`` the server.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def warm(self) -> None:
        """Start the process unless it runs."""
        with self._lock:
            if self._control is None:
                self._launch()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._drop()

    def start(self, channel: socket.socket, errors: int) -> Worker | None:
        """Return a fresh worker, or None if that cannot be done."""
        with self._lock:
            for _ in range(2):
                try:
                    return self._ask(channel, errors)
                except OSError as error:
                    LOG.warning('Power worker server failed: %s', error)
                    self._drop()
        return None

    def _ask(self, channel: socket.socket, errors: int) -> Worker:
        if self._control is None:
            self._launch()
        assert self._control is not None
        socket.send_fds(self._control, [b'+'], [channel.fileno(), errors])
        answer, handles, _, _ = socket.recv_fds(self._control, 1, 1)
        if not answer or not handles:
            raise ConnectionError('it has ended')
        return _Forked(handles[0])

    def _launch(self) -> None:
        ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        ours.settimeout(PATIENCE)
        self._control = ours
        with theirs:
            self._process = subprocess.Popen(
                [*self._command, '--serve'],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _drop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(REAP)
            self._process.kill()
            self._process.wait()
            self._process = None
