# SPDX-License-Identifier: Apache-2.0
"""A machine: namespaces, a power switch, a cable, a file system of its own.

Everything that happens to it goes through the program ``driver/machine``,
which the machine's BMC calls as well. Its file system is that of the machine
the lab runs on, with its own ``etc`` and ``usr`` laid over it, so that what
is "installed" there can be seen there only.
"""

from collections.abc import Sequence
import pathlib
import shutil
import subprocess
import sys
import time

from tests.lab import config
from tests.lab import processes
from tests.lab import templating
from tests.lab.errors import LabError
from tests.lab.pacemaker.network import Network
from tests.lab.services import base

DRIVER = config.PACKAGE / 'driver'

_PYTHON = pathlib.Path(sys.executable).resolve()

#: Of Pacemaker's directories: path, mode, whether they are Pacemaker's own.
_DIRECTORIES = (
    ('var/lib/corosync', 0o755, False),
    ('var/lib/pacemaker', 0o755, False),
    ('var/lib/pacemaker/blackbox', 0o750, True),
    ('var/lib/pacemaker/cib', 0o750, True),
    ('var/lib/pacemaker/cores', 0o750, True),
    ('var/lib/pacemaker/pengine', 0o750, True),
    ('var/log/corosync', 0o755, False),
    ('var/log/crmsh', 0o755, False),
    ('var/log/pacemaker', 0o770, True),
    ('nova-ha', 0o700, False),
)


class Machine:
    """One machine, whatever its role."""

    def __init__(
        self, lab: config.LabConfig, name: str, role: str, address: str
    ) -> None:
        """Describe a machine; nothing is made.

        :param role: ``controller`` or ``compute``, see driver/machine-init.
        """
        self._lab = lab
        self.name = name
        self.role = role
        self.address = address
        self.directory = lab.state / 'hosts' / name
        self.root = lab.etc / 'machines' / name
        self.log = lab.log / f'{name}-console.log'
        self._env_file = self.directory / 'machine.env'
        self._pid_file = lab.run / f'{name}-init.pid'
        self._namespace = f'{lab.prefix}{name}'
        self._link = f'v-{name}'

    # -- its parts

    def command(self, *action: str) -> list[str]:
        """The command line of the power switch."""
        program = str(DRIVER / 'machine')
        return ['/bin/bash', program, str(self._env_file), *action]

    def prepare(self, network: Network) -> None:
        """Make directories, namespace and cable."""
        for path, mode, pacemakers in _DIRECTORIES:
            directory = self.directory / path
            directory.mkdir(parents=True, exist_ok=True)
            directory.chmod(mode)
            if pacemakers:
                shutil.chown(directory, 'hacluster', 'haclient')
        (self.directory / 'guests').mkdir(exist_ok=True)
        for top in ('etc', 'usr'):
            (self.root / top).mkdir(parents=True, exist_ok=True)
        self._open_paths()
        templating.write(
            self._env_file,
            templating.render(
                'machine.env',
                host=self.name,
                role=self.role,
                directory=self.directory,
                journal=self._lab.journal,
                log=self.log,
                pid_file=self._pid_file,
                network=network.name,
                namespace=self._namespace,
                link=self._link,
                root=self.root,
                base=self._lab.base,
                overlays=' '.join(
                    sorted(path.name for path in self.root.iterdir())
                ),
                path=base.SYSTEM_PATH,
            ),
        )
        power = self.directory / 'power'
        if not power.exists():
            power.write_text('on\n')
        network.plug(self._namespace, self._link, self.address)

    def _open_paths(self) -> None:
        """Let everybody in it reach our Python and source, wherever they are.

        Some of what Pacemaker runs is run as hacluster, who could not enter
        /root, for example. A directory laid over another hides its mode.
        """
        for path in (_PYTHON, pathlib.Path(sys.executable), config.PROJECT):
            for parent in path.parents:
                if not parent.stat().st_mode & 0o001:
                    over = self.root / parent.relative_to('/')
                    over.mkdir(mode=0o755, parents=True, exist_ok=True)

    def configure(self, path: str, text: str, mode: int = 0o644) -> None:
        """Put a file into its /etc or /usr (``path`` has no leading /)."""
        templating.write(self.root / path, text, mode)

    def install(self, path: str, source: pathlib.Path) -> None:
        """Put a program that is on the lab's own machine into its /usr."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.symlink_to(source)

    # -- what can be done to it

    def act(self, *action: str) -> None:
        """Use the power switch or the cable.

        :raises LabError: with what the program said.
        """
        started = time.monotonic()
        done = subprocess.run(
            self.command(*action),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        if done.returncode:
            raise LabError(
                f'{self.name}: "{" ".join(action)}" failed after '
                f'{time.monotonic() - started:.1f} s: {done.stderr.strip()}'
            )

    def boot(self) -> None:
        """Start it if it is powered on and does not run."""
        self.act('boot')

    def halt(self) -> None:
        """End everything in it; it stays powered on or off as it is."""
        self.act('halt')

    def cut(self) -> None:
        """Pull its cable."""
        self.act('cut')

    def heal(self) -> None:
        """Plug its cable in again."""
        self.act('heal')

    def reboot(self) -> None:
        """It reboots by itself, in a fraction of a second."""
        self.act('reboot')

    # -- what is inside

    def init(self) -> int | None:
        """The pid of its first process; None if it does not run."""
        return processes.ManagedProcess(
            self.name, [], pid_file=self._pid_file, log=self.log, env={}
        ).pid()

    def run(
        self, *command: str, text: str = '', timeout: float = 60
    ) -> 'subprocess.CompletedProcess[str]':
        """Run a command in it, as root, whatever becomes of it.

        :param text: for its standard input.
        :raises subprocess.TimeoutExpired: it took too long.
        """
        return subprocess.run(
            self.command('run', *command),
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )

    def inside(self, path: str) -> pathlib.Path | None:
        """A file of its (``path`` begins with /), as it is seen from here."""
        init = self.init()
        return pathlib.Path(f'/proc/{init}/root{path}') if init else None

    def outer_pid(self, inner: int) -> int | None:
        """The pid here of the process that has this pid there."""
        init = self.init()
        return _find(init, inner) if init else None

    def pids(self, program: str) -> list[int]:
        """The pids here of its processes of this name."""
        init = self.init()
        return (
            [pid for pid in _members(init) if _program(pid) == program]
            if init
            else []
        )


def _members(init: int) -> list[int]:
    """The processes in the pid namespace of ``init``."""
    namespace = _namespace_of(init)
    return [
        int(entry.name)
        for entry in pathlib.Path('/proc').iterdir()
        if entry.name.isdigit() and _namespace_of(int(entry.name)) == namespace
    ]


def _namespace_of(pid: int) -> str:
    try:
        return str(pathlib.Path(f'/proc/{pid}/ns/pid').readlink())
    except OSError:
        return ''


def _find(init: int, inner: int) -> int | None:
    for pid in _members(init):
        numbers = _status(pid, 'NSpid')
        if numbers and numbers[-1] == str(inner):
            return pid
    return None


def _program(pid: int) -> str:
    return ' '.join(_status(pid, 'Name'))


def _status(pid: int, key: str) -> Sequence[str]:
    try:
        lines = pathlib.Path(f'/proc/{pid}/status').read_text().splitlines()
    except OSError:
        return ()
    for line in lines:
        if line.startswith(f'{key}:'):
            return line.split()[1:]
    return ()
