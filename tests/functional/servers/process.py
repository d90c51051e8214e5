# SPDX-License-Identifier: Apache-2.0
"""What the database servers have in common: a directory and a process."""

import abc
import atexit
import contextlib
import ctypes
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

START_SECONDS = 60
STOP_SECONDS = 30
POLL_SECONDS = 0.05

PORTS = range(10000, 20000)
"""Below those that Linux gives by itself, see ip_local_port_range."""

PR_SET_PDEATHSIG = 1


class ServerError(AssertionError):
    """The server is not there or did not do what it should."""


class Server(abc.ABC):
    """A server that can be stopped, frozen and started again by a test."""

    name: str
    password = 'pa55-word'
    #: Who runs it where the tests are run by root; None: root.
    user_for_root: str | None = None

    def __init__(self) -> None:
        self.port = free_port()
        self.directory = pathlib.Path()
        self._process: subprocess.Popen | None = None
        self._databases = 0

    @abc.abstractmethod
    def initialise(self) -> None:
        """Make the data directory."""

    @abc.abstractmethod
    def command(self) -> list[str]:
        """Return what starts the server in the foreground."""

    @abc.abstractmethod
    def execute(self, sql: str) -> None:
        """Run a statement as administrator."""

    @abc.abstractmethod
    def url(self, database: str) -> str:
        """Return what [database] connection has to be."""

    def set_up(self) -> None:
        """Make the data directory and start the server."""
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix=self.name))
        atexit.register(shutil.rmtree, self.directory, ignore_errors=True)
        if user := self.user:
            shutil.chown(self.directory, user)
        self.initialise()
        self.start()
        atexit.register(self.stop)

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        self._databases += 1
        name = f'nova_ha_{self._databases}'
        self.execute(f'CREATE DATABASE {name}')
        return self.url(name)

    @property
    def user(self) -> str | None:
        return self.user_for_root if os.geteuid() == 0 else None

    @property
    def log(self) -> pathlib.Path:
        return self.directory / 'server.log'

    def start(self) -> None:
        """Start it and see that it answers."""
        with self.log.open('ab') as log:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                user=self.user,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 (calls C)
            )
        give_up = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > give_up:
                raise ServerError(f'{self.name} did not start:\n{self.tail()}')
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Stop it in order; nothing listens on its port then."""
        if self._process is None:
            return
        self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    stop_signal = signal.SIGTERM

    def freeze(self) -> None:
        """Make it hang: its port takes connections, nobody answers."""
        for pid in self._pids():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        for pid in self._pids():
            os.kill(pid, signal.SIGCONT)

    def _pids(self) -> list[int]:
        """Return the server and its children, the server first."""
        pid = self._process.pid
        children = pathlib.Path(f'/proc/{pid}/task/{pid}/children')
        return [pid, *map(int, children.read_text(encoding='ascii').split())]

    def run(self, *command: str) -> None:
        """Run a tool of the server to its end."""
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=self.directory,
            user=self.user,
            check=False,
        )
        if done.returncode:
            raise ServerError(
                f'{command[0]} failed:\n{done.stdout}{done.stderr}'
            )

    def tail(self) -> str:
        return self.log.read_text(encoding='utf-8', errors='replace')[-3000:]

    def _answers(self) -> bool:
        try:
            self.execute('SELECT 1')
        except Exception:  # each driver has errors of its own
            return False
        return True


def program(*candidates: str) -> str:
    """Return the path of the first of these programs that is there.

    :raises ServerError: none is. A test that did nothing would say that all
        is well.
    """
    for candidate in candidates:
        if path := shutil.which(candidate):
            return path
    raise ServerError(f'{candidates[0]} is not installed: run tools/setup')


def free_port() -> int:
    """Return a TCP port of loopback, as :func:`free_ports` does."""
    return free_ports(1, socket.SOCK_STREAM)


def free_udp_port() -> int:
    """Return a UDP port of loopback, as :func:`free_ports` does."""
    return free_ports(1, socket.SOCK_DGRAM)


def free_ports(number: int, kind: socket.SocketKind) -> int:
    """Return the first of so many ports of loopback in a row.

    A server may take its port late, and leave it for a while: no other
    process of the tests is given it as long as this one lives, and Linux
    gives it to nobody who asks for any.
    """
    for first in random.sample(PORTS, len(PORTS)):
        with contextlib.ExitStack() as marks, contextlib.suppress(OSError):
            held = []
            for port in range(first, first + number):
                mark = marks.enter_context(socket.socket(socket.AF_UNIX))
                # A name in no directory, gone when the process is.
                mark.bind(f'\0nova-ha-tests-port-{port}')
                held.append(mark)
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind(('127.0.0.1', port))
            for mark in held:
                mark.detach()  # and not closed before that
            return first
    raise ServerError(f'no {number} ports in a row are free')


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
