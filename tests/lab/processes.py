# SPDX-License-Identifier: Apache-2.0
"""Long-running processes, known by a pid file that cannot lie.

A pid file holds the pid and the time (kernel ticks) at which that process
started, so that a pid which the kernel has handed to somebody else in the
meantime is never mistaken for ours. Each process leads a session and a
process group of its own; stopping means the whole group, and means waiting
until it is gone.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import os
import pathlib
import signal
import subprocess
import time

from tests.lab.errors import LabError

# Popen objects of processes that this interpreter started: kept so that they
# can be reaped, which nobody else does for them while we live.
_children: dict[int, subprocess.Popen[bytes]] = {}


def started_at(pid: int) -> int | None:
    """The kernel tick at which ``pid`` started; None if it does not run.

    A zombie does not run.
    """
    fields = _stat(pid)
    if fields is None or fields[0] in 'ZX':
        return None
    return int(fields[19])


def group_members(group: int) -> list[int]:
    """The pids of the running processes of a process group."""
    found = []
    for entry in pathlib.Path('/proc').iterdir():
        if not entry.name.isdigit():
            continue
        fields = _stat(int(entry.name))
        if fields and fields[0] not in 'ZX' and int(fields[2]) == group:
            found.append(int(entry.name))
    return found


def resident(pid: int) -> int:
    """Bytes of memory a process has resident; 0 if it does not run."""
    try:
        pages = pathlib.Path(f'/proc/{pid}/statm').read_text().split()[1]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(pages) * os.sysconf('SC_PAGE_SIZE')


def _stat(pid: int) -> list[str] | None:
    """Fields 3 and on of /proc/PID/stat (the name may contain anything)."""
    try:
        text = pathlib.Path(f'/proc/{pid}/stat').read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(')')[2].split()


class ManagedProcess:
    """One process that outlives us, found again through its pid file."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        pid_file: pathlib.Path,
        log: pathlib.Path,
        env: Mapping[str, str],
        cwd: pathlib.Path | None = None,
    ) -> None:
        self.name = name
        self.argv = list(argv)
        self.pid_file = pid_file
        self.log = log
        self.env = dict(env)
        self.cwd = cwd

    def pid(self) -> int | None:
        """The pid of the running process, or None."""
        recorded = self._recorded()
        if recorded is None:
            return None
        pid, ticks = recorded
        self._reap(pid)
        return pid if started_at(pid) == ticks else None

    def start(self) -> None:
        """Start the process.

        :raises LabError: it runs already, or the program cannot be run.
        """
        pid = self.pid()
        if pid is not None:
            raise LabError(f'{self.name} runs already (pid {pid})')
        self._stop_orphans()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.pid_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open('ab') as log:
            child = self._spawn(log.fileno())
        _children[child.pid] = child
        ticks = started_at(child.pid)
        # One that is gone already gets a start time nobody has.
        self.pid_file.write_text(f'{child.pid} {ticks or 0}\n')

    def _spawn(self, log: int) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.env,
                cwd=self.cwd,
                start_new_session=True,
            )
        except OSError as error:
            raise LabError(f'{self.name} cannot be started: {error}') from None

    def stop(self, grace: float = 20.0) -> None:
        """SIGTERM to the group, SIGKILL after ``grace`` seconds."""
        self._end(signal.SIGTERM, grace)

    def kill(self) -> None:
        """SIGKILL to the group."""
        self._end(signal.SIGKILL, 0.0)

    def _end(self, first: signal.Signals, grace: float) -> None:
        recorded = self._recorded()
        if recorded is None:
            return
        group = recorded[0]
        if self._is_ours(*recorded):
            self._signal(group, first)
            if not self._gone(group, grace or 10.0):
                self._signal(group, signal.SIGKILL)
                if not self._gone(group, 10.0):
                    raise LabError(f'{self.name} (pid {group}) will not end')
        self.pid_file.unlink(missing_ok=True)

    def _is_ours(self, pid: int, ticks: int) -> bool:
        """Whether the group ``pid`` is what we started, or its remains.

        The kernel does not give a pid away again while a group is named
        after it: a leader with another start time means ours is all gone.
        """
        now = started_at(pid)
        return now == ticks if now is not None else bool(group_members(pid))

    def _stop_orphans(self) -> None:
        """End what a leader that died has left behind (its workers)."""
        self._end(signal.SIGTERM, 5.0)

    def _gone(self, group: int, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            self._reap(group)
            if not group_members(group):
                return True
            time.sleep(0.02)
        return False

    @staticmethod
    def _signal(group: int, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, number)

    @staticmethod
    def _reap(pid: int) -> None:
        child = _children.get(pid)
        if child is not None and child.poll() is not None:
            del _children[pid]

    def _recorded(self) -> tuple[int, int] | None:
        try:
            pid, ticks = self.pid_file.read_text().split()
        except (FileNotFoundError, ValueError):
            return None
        return int(pid), int(ticks)


def tail(log: pathlib.Path, lines: int = 15) -> str:
    """The last lines of a log file, for an error message."""
    try:
        with log.open('rb') as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - 64 * 1024))
            text = stream.read().decode(errors='replace')
    except FileNotFoundError:
        return f'(no log {log})'
    return '\n'.join(text.splitlines()[-lines:])
