# SPDX-License-Identifier: Apache-2.0
"""What every service of the lab can do."""

import abc
from collections.abc import Mapping
from collections.abc import Sequence
import http.client
import os
import pathlib
import socket
import subprocess

from tests.lab import config
from tests.lab import processes
from tests.lab.errors import LabError

SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'


class Service(abc.ABC):
    """One service: a process with its configuration and its log.

    The lab calls prepare, synchronise (once a database), start, and then
    ready until it says yes.
    """

    name: str
    #: TCP port the service listens on, or None.
    port: int | None = None
    #: Whether the lab has to synchronise a database schema for it.
    has_schema = False

    def __init__(self, lab: config.LabConfig) -> None:
        self.lab = lab

    # -- what a service defines

    def prepare(self) -> None:  # noqa: B027  many have nothing to do
        """Write configuration files and make directories. Repeatable."""

    def synchronise(self) -> None:  # noqa: B027
        """Bring the service's databases to the schema of its code."""

    @abc.abstractmethod
    def argv(self) -> list[str]:
        """The command line."""

    def environment(self) -> dict[str, str]:
        """Variables on top of PATH, HOME and LANG."""
        return {}

    def ready(self) -> bool:
        """Whether the service does its work now."""
        return self.running() and (
            self.port is None or listens(self.address, self.port)
        )

    @property
    def address(self) -> str:
        """Where it listens."""
        return self.lab.address

    # -- what the lab does with it

    @property
    def log(self) -> pathlib.Path:
        return self.lab.log / f'{self.name}.log'

    @property
    def process(self) -> processes.ManagedProcess:
        return processes.ManagedProcess(
            self.name,
            self.argv(),
            pid_file=self.lab.run / f'{self.name}.pid',
            log=self.log,
            env=self._environment(),
            cwd=self.lab.state,
        )

    def pid(self) -> int | None:
        return self.process.pid()

    def running(self) -> bool:
        return self.pid() is not None

    def start(self) -> None:
        """Start the process.

        :raises LabError: it runs already, or its port is taken.
        """
        if self.port is not None and not self.running():
            require_free(self.address, self.port, self.name)
        self.process.start()

    def stop(self) -> None:
        self.process.stop()

    def run_manage(
        self, *command: str, environment: Mapping[str, str] | None = None
    ) -> None:
        """Run a management command of the cloud, to its end.

        :raises LabError: it failed; with the end of its output.
        """
        log = self.lab.log / f'{self.name}-manage.log'
        with log.open('ab') as stream:
            done = subprocess.run(
                self._resolve(command),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env={**self._environment(), **(environment or {})},
                cwd=self.lab.state,
                check=False,
            )
        if done.returncode:
            raise LabError(
                f'{self.name}: {command[0]} failed with code '
                f'{done.returncode}; the end of {log}:\n' + processes.tail(log)
            )

    def _resolve(self, command: Sequence[str]) -> list[str]:
        return [str(self.lab.cloud / 'bin' / command[0]), *command[1:]]

    def _environment(self) -> dict[str, str]:
        return {
            'PATH': f'{self.lab.cloud}/bin:{SYSTEM_PATH}',
            'HOME': str(self.lab.state / 'home'),
            'LANG': 'C.UTF-8',
            **self.environment(),
        }


class WsgiService(Service):
    """An OpenStack API under uWSGI."""

    application: str
    processes_ = 1
    threads = 4

    def argv(self) -> list[str]:
        return [
            str(self.lab.cloud / 'bin' / 'uwsgi'),
            f'--http11-socket={self.address}:{self.port}',
            f'--module={self.application}',
            f'--processes={self.processes_}',
            f'--threads={self.threads}',
            '--master',
            '--lazy-apps',
            '--need-app',
            '--enable-threads',
            '--die-on-term',
            '--reload-mercy=2',
            '--worker-reload-mercy=2',
            '--disable-logging',
            '--buffer-size=65535',
            '--listen=100',
            '--so-keepalive',
            '--http-keepalive',
            '--add-header=Connection: close',
        ]

    def ready(self) -> bool:
        return (
            self.running()
            and self.port is not None
            and answers(self.address, self.port)
        )


def listens(address: str, port: int) -> bool:
    """Whether somebody accepts connections on this TCP port."""
    try:
        socket.create_connection((address, port), 1).close()
    except OSError:
        return False
    return True


def answers(address: str, port: int) -> bool:
    """Whether somebody answers HTTP (anything at all) on this port."""
    connection = http.client.HTTPConnection(address, port, timeout=30)
    try:
        connection.request('GET', '/')
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def require_free(address: str, port: int, name: str) -> None:
    """Make sure that a TCP port can be listened on.

    :raises LabError: it is taken.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise LabError(
                f'{name} needs port {port}, which cannot be had '
                f'({os.strerror(error.errno or 0)}); end what uses it, or '
                f'move the lab with NOVA_HA_LAB_PORT_BASE'
            ) from None
