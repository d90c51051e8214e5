# SPDX-License-Identifier: Apache-2.0
"""A fencer of one's own: directory, configuration, process."""

from collections.abc import Collection
from collections.abc import Mapping
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

from oslo_config import cfg

from nova_ha import conf as options
from nova_ha.db.store import SqlStore
from nova_ha.pacemaker import client

PROGRAMS = pathlib.Path(sys.executable).parent
NOWHERE = 'http://127.0.0.1:9'
"""Nobody listens there: nova and keystone are away."""

Options = Mapping[str, Mapping[str, object]]

_empty_store: list[bytes] = []


class FencerProcess:
    """nova-ha-fencer with everything it needs in one directory.

    :param hosts: power parameters by name of the host.
    :param options: on top of the usual ones, by group; a value of None takes
        an option away.
    :ivar programs: where its programs are installed.
    :ivar wrap: makes of the daemon's command line what is really run.
    """

    programs = PROGRAMS

    def __init__(
        self,
        directory: pathlib.Path,
        hosts: Mapping[str, Mapping[str, object]],
        options: Options,
        name: str = 'fencer-1',
    ) -> None:
        self.name = name
        self.directory = directory / name
        self.directory.mkdir()
        self.socket = self.directory / 's'
        self.config_file = self.directory / 'nova-ha.conf'
        self.hosts_file = self.directory / 'hosts.yaml'
        self.spool = self.directory / 'spool'
        self.output = self.directory / 'output'
        self.wrap = list
        self._process: subprocess.Popen | None = None
        self.write_hosts(hosts)
        self.configure(options)

    # -- configuration

    def write_hosts(
        self,
        hosts: Mapping[str, Mapping[str, object]],
        spares: Collection[str] = (),
    ) -> None:
        """Write the hosts file.

        :param spares: which of them are reserved.
        """
        self.hosts_file.touch(mode=0o600)
        entries = [
            {'name': n, 'power': hosts[n], 'reserved': n in spares}
            for n in hosts
        ]
        self.hosts_file.write_text(json.dumps({'hosts': entries}))

    def configure(self, options: Options) -> None:
        groups = self._usual()
        for group, values in options.items():
            groups.setdefault(group, {}).update(values)
        self._usual_store = 'database' not in groups
        lines = []
        for group, values in groups.items():
            lines.append(f'[{group}]')
            lines += [
                f'{name} = {value}'
                for name, value in values.items()
                if value is not None
            ]
        self.config_file.touch(mode=0o600)
        self.config_file.write_text('\n'.join(lines) + '\n')

    def _usual(self) -> dict[str, dict[str, object]]:
        return {
            'DEFAULT': {
                'host': self.name,
                'state_path': self.directory,
                'hosts_file': self.hosts_file,
                'use_stderr': True,
            },
            'fencer': {'socket': self.socket, 'socket_group': 'root'},
            'engine': {
                'scan_interval': 0.2,
                'host_watch_interval': 0.2,
                'power_watch_interval': 0.5,
                'lease': 3,
            },
            'nova': {
                'auth_type': 'none',
                'endpoint': f'{NOWHERE}/v2.1',
            },
        }

    def manage(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [
                self.programs / 'nova-ha-manage',
                *('--config-file', self.config_file),
                *arguments,
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def make_store(self) -> None:
        """Make an empty store.

        The file that the options name by default is made by the command once
        in this process, and copied then.
        """
        usual = self._usual_store and self.programs is PROGRAMS
        store = self.directory / 'nova-ha.sqlite'
        usual = usual and not store.exists()
        if usual and _empty_store:
            store.touch(mode=0o640)
            store.write_bytes(_empty_store[0])
            return
        done = self.manage('db', 'sync')
        assert done.returncode == 0, done.stderr
        if usual:
            _empty_store.append(store.read_bytes())

    def store(self) -> SqlStore:
        """The store beside the process, which need not run."""
        conf = cfg.ConfigOpts()
        options.register_opts(conf)
        conf(
            [],
            project='nova-ha',
            default_config_files=[str(self.config_file)],
        )
        return SqlStore(conf)

    # -- the process

    def launch(self, **environment: str) -> None:
        """Start it; do not wait."""
        command = [
            self.programs / 'nova-ha-fencer',
            *('--config-file', self.config_file),
        ]
        with self.output.open('ab') as output:
            self._process = subprocess.Popen(
                self.wrap(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **environment},
            )

    def start(self, **environment: str) -> None:
        """Start it and wait until it answers."""
        self.launch(**environment)
        wait_until(self.answers, f'{self.name} to answer', 30)

    def answers(self) -> bool:
        if self._process.poll() is not None:
            raise AssertionError(f'{self.name} has ended:\n{self.log()}')
        try:
            self.ask('GET', '/v1/health', seconds=10)
        except client.DaemonError:
            return False
        return True

    def refuses(self, **environment: str) -> str:
        """Start it; it must end by itself with exit code 1. What it said."""
        self.launch(**environment)
        code = self._process.wait(30)
        assert code == 1, f'exit code {code}:\n{self.log()}'
        return self.log()

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10)

    def terminate(self, timeout: float = 40) -> int:
        """SIGTERM; the exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout)

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def stop(self) -> None:
        """End it whatever it does."""
        if self._process is not None and self._process.poll() is None:
            self.signal(signal.SIGCONT)
            self.kill()

    # -- what it says

    def ask(
        self,
        method: str,
        path: str,
        body: dict | None = None,
        seconds: float = 30,
    ) -> dict:
        return client.ask(str(self.socket), method, path, body, seconds)

    def fence(self, host: str, seconds: float = 30) -> dict:
        return self.ask(
            'POST',
            '/v1/fence',
            {'host': host, 'origin': 'pacemaker', 'deadline': seconds},
            seconds + 5,
        )

    def log(self) -> str:
        return self.output.read_text(errors='replace')


class Systemd:
    """The socket on which systemd would listen for the service's words."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.path = directory / 'notify'
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self.heard: list[str] = []

    def wait_for(self, word: str, times: int = 1, seconds: float = 20) -> None:
        """Wait until the word was heard so often."""
        end = time.monotonic() + seconds
        while self.heard.count(word) < times:
            self._socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                self.heard.append(self._socket.recv(4096).decode())
            except TimeoutError:
                raise AssertionError(
                    f'{word} not heard {times} times but {self.heard}'
                ) from None

    def close(self) -> None:
        self._socket.close()


def wait_until(condition, what: str, seconds: float = 20.0):
    """Poll until the condition is true; return what it returned."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f'no {what} after {seconds} s')
        time.sleep(0.05)
