# SPDX-License-Identifier: Apache-2.0
"""A machine that boots: Debian's own systemd, in namespaces of its own.

systemd-nspawn starts it. Its root is the base with a layer of its own over
it; its network is a cable to the switch of :class:`Network`, and nothing
else: what it installs was fetched before (:mod:`tests.fresh.building`).
"""

from collections.abc import Mapping
import contextlib
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
from types import MappingProxyType

from tests.fresh import place
from tests.fresh import terminal
from tests.lab.errors import LabError
from tests.lab.pacemaker.network import Network
from tests.lab.waiting import wait_until

PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
TIMEOUT = 600.0
"""Seconds that a command may take; pip is the slowest."""

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Machine:
    """One machine.

    :ivar name: as it calls itself.
    :ivar root: its root, as we see it while it is prepared.
    """

    def __init__(self, where: place.Place, name: str) -> None:
        self.name = name
        self.directory = where.machines / name
        self.root = self.directory / 'root'
        self.layer = self.directory / 'layer'
        self._where = where
        self._full_name = f'{where.prefix}{name}'
        self._console = self.directory / 'console.log'
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self, network: Network, *below: pathlib.Path) -> None:
        """Make its root and its cable.

        :param below: layers of other machines to begin with, the upper first.
        """
        for each in (self.root, self.layer, self.directory / 'work'):
            each.mkdir(parents=True, exist_ok=True)
        lower = ':'.join(map(str, (*below, self._where.base)))
        _run(
            *('mount', '-t', 'overlay', self._full_name, str(self.root), '-o'),
            f'lowerdir={lower},upperdir={self.layer},'
            f'workdir={self.directory / "work"}',
        )
        self.write('etc/hostname', f'{self.name}\n')
        self.write('etc/hosts', place.hosts_file())
        # Where this machine's pip finds packages, instead of a network.
        self.write('etc/pip.conf', '[global]\nno-index = true\n'
                                   'find-links = /srv/wheels\n')  # fmt: skip
        network.plug(
            self._full_name, f'v-{self.name}', place.ADDRESSES[self.name]
        )
        network._ip('link', 'set', f'v-{self.name}', 'up')

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """Put a file there; it belongs to root."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(mode)

    def read(self, path: str) -> str:
        """What a file there says, while it runs."""
        return self.run(f'cat /{path}').stdout

    @property
    def pid_file(self) -> pathlib.Path:
        """Holds the pid of its first process, for the power switch."""
        return self.directory / 'leader'

    def boot(self) -> None:
        """Start it, and wait until its systemd has started everything."""
        with self._console.open('ab') as console:
            self._process = subprocess.Popen(
                [
                    *('systemd-nspawn', '--boot', '--quiet'),
                    *('--register=no', '--keep-unit', '--console=pipe'),
                    *('--directory', str(self.root)),
                    *('--machine', self._full_name),
                    f'--network-namespace-path=/run/netns/{self._full_name}',
                    f'--bind={self._where.archives}:/var/cache/apt/archives',
                    f'--bind-ro={self._where.wheels}:/srv/wheels',
                    # For a firewall in it; the network is its own.
                    '--capability=CAP_NET_ADMIN',
                    '--resolv-conf=off',
                    '--timezone=off',
                    # dpkg and the databases sync all the time; what is
                    # here need not survive.
                    '--suppress-sync=yes',
                ],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
            )
        wait_until(self._find_leader, 20, f'the first process of {self.name}')
        wait_until(
            lambda: (
                self.run(
                    'systemctl is-system-running', code=None
                ).stdout.strip()
                in {'running', 'degraded'}
            ),
            60,
            f'{self.name} to have booted',
        )

    def _find_leader(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise LabError(f'{self.name} ended: see {self._console}')
        pid = self._process.pid
        children = pathlib.Path(f'/proc/{pid}/task/{pid}/children')
        words = children.read_text().split()
        if len(words) != 1:
            return False
        init = pathlib.Path(f'/proc/{words[0]}/comm').read_text().strip()
        if init != 'systemd':
            return False
        self.pid_file.write_text(f'{words[0]}\n')
        return True

    def running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def wait_until_off(self) -> None:
        """Wait for systemd-nspawn to see that its first process has ended.

        :raises DeadlinePassed: it runs on.
        """
        wait_until(lambda: not self.running(), 10, f'the end of {self.name}')

    def run(
        self,
        line: str,
        text: str = '',
        code: int | None = 0,
        env: Mapping[str, str] = _NOTHING,
    ) -> 'subprocess.CompletedProcess[str]':
        """Have root's shell run a line, on a terminal if it asks for text.

        :param text: lines, each typed when the program asks for one.
        :param code: the exit code that it has to have; None for any.
        :raises LabError: it had another one.
        """
        variables = {
            'PATH': PATH,
            'HOME': '/root',
            'USER': 'root',
            'SHELL': '/bin/sh',
            'LANG': 'C.UTF-8',
            'TERM': 'dumb',
            **env,
        }
        command = [
            *('nsenter', '--target', self.pid_file.read_text().strip()),
            *('--mount', '--uts', '--ipc', '--net', '--pid'),
            *('--root', 'env', '-i', '-C', '/root'),
            *(f'{name}={value}' for name, value in variables.items()),
            *('sh', '-c', line),
        ]
        if text:
            done = terminal.run(command, text, TIMEOUT)
        else:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=TIMEOUT,
            )
        if code is not None and done.returncode != code:
            raise LabError(
                f'{self.name}: {line}\nended with {done.returncode}, not '
                f'{code}:\n{done.stdout}{done.stderr}'
            )
        return done

    def halt(self) -> None:
        """Shut it down in good order."""
        if self._process is None:
            return
        if self.running():
            self.run('systemctl poweroff', code=None)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(60)
        self.kill()

    def kill(self) -> None:
        """Take its power away."""
        pid = self._leader()
        if pid is not None:
            # With the first process of their namespace all others end, and
            # so does systemd-nspawn.
            os.kill(pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait(20)
        self.pid_file.unlink(missing_ok=True)
        self._process = None

    def _leader(self) -> int | None:
        """The pid of its first process, be it of a run that was killed.

        A pid that somebody else has got since is not taken for it.
        """
        try:
            pid = int(self.pid_file.read_text())
            inside = pathlib.Path(f'/proc/{pid}/root/etc/hostname')
            name = inside.read_text().strip()
            comm = pathlib.Path(f'/proc/{pid}/comm').read_text().strip()
        except (OSError, ValueError):
            return None
        return pid if (comm, name) == ('systemd', self.name) else None

    def remove(self) -> None:
        """Let nothing be left of it."""
        self.kill()
        subprocess.run(
            ['umount', str(self.root)], check=False, capture_output=True
        )
        shutil.rmtree(self.directory, ignore_errors=True)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f'{shlex.join(command)}: {done.stderr.strip()}')
