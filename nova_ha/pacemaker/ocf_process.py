# SPDX-License-Identifier: Apache-2.0
"""The daemon as a process: found, started, ended.

It is found by the agent's own pid file, or, when somebody else started it,
by the lock that the daemon holds on a file beside its socket. Neither can
lead to a stranger: the pid file holds the start time too, and the kernel
tells who holds a lock.
"""

from collections.abc import Iterator
import contextlib
import os
import select
import signal

LOCKS = '/proc/locks'
PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'


class Process:
    """A running process that cannot be taken for another one.

    :ivar born: when it started, as the kernel counts.
    :raises ProcessLookupError: it has gone.
    """

    def __init__(self, pid: int, born: str = '') -> None:
        self.pid = pid
        self._fd = os.pidfd_open(pid)
        # Read after it is held fast: the id cannot change hands any more.
        self.born = _born(pid)
        if not self.born or (born and born != self.born):
            os.close(self._fd)
            raise ProcessLookupError(pid)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens when it has gone."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._fd, number)

    def ends_within(self, seconds: float) -> bool:
        """Wait for its end; return whether it came."""
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        return bool(poll.poll(max(0, round(seconds * 1000))))


def find(pid_file: str, socket_path: str) -> 'Process | None':
    """Return the daemon's process, if it runs."""
    for pid, born in (*_noted(pid_file), *_locking(f'{socket_path}.lock')):
        with contextlib.suppress(ProcessLookupError):
            return Process(pid, born)
    return None


def note(process: Process, pid_file: str) -> None:
    """Write the pid file, whole or not at all."""
    os.makedirs(os.path.dirname(pid_file), 0o755, exist_ok=True)
    new = f'{pid_file}.new'
    with open(new, 'w') as file:
        file.write(f'{process.pid}\n{process.born}\n')
    os.replace(new, pid_file)


def forget(pid_file: str) -> None:
    """Remove the pid file, if there is one."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(pid_file)


def start(command: list[str], user: str, log: str) -> Process:
    """Start the daemon, free of everything that the caller has.

    It gets a session of its own, an environment of its own, no file but
    the log, no blocked signal and no umask of others.

    :raises OSError: it cannot be started.
    """
    import pwd  # noqa: PLC0415  not for monitor
    import subprocess  # noqa: PLC0415  not for monitor

    who = pwd.getpwnam(user)
    # What the caller has blocked would stay blocked in the daemon.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    root = os.getuid() == 0
    with open(log, 'ab', opener=_private) as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd='/',
            env={'PATH': PATH, 'HOME': who.pw_dir, 'LANG': 'C.UTF-8'},
            umask=0o022,
            start_new_session=True,
            user=who.pw_uid if root else None,
            group=who.pw_gid if root else None,
            extra_groups=(os.getgrouplist(user, who.pw_gid) if root else None),
        )
    # It is to outlive us; subprocess would complain about that.
    process.returncode = 0
    return Process(process.pid)


def _private(path: str, flags: int) -> int:
    """Open a file that is not for everybody to read.

    Its directory may be the daemon's, which must not send root elsewhere.
    """
    return os.open(path, flags | os.O_NOFOLLOW, 0o640)


def _not_linked(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW)


def make_room(path: str, user: str) -> None:
    """Make the directory of a file where it is missing, for the user."""
    import pwd  # noqa: PLC0415  not for monitor

    directory = os.path.dirname(path)
    if not os.path.isdir(directory):
        os.makedirs(directory, 0o755)
        who = pwd.getpwnam(user)
        if os.getuid() == 0:
            os.chown(directory, who.pw_uid, who.pw_gid)


def _born(pid: int) -> str:
    """Return the start time; '' when it is dead, be it not yet reaped."""
    try:
        with open(f'/proc/{pid}/stat') as file:
            # The name, in brackets, may hold anything.
            fields = file.read().rpartition(')')[2].split()
    except OSError:
        return ''
    return '' if fields[0] in ('Z', 'X') else fields[19]


def _noted(pid_file: str) -> Iterator[tuple[int, str]]:
    with contextlib.suppress(OSError, ValueError):
        with open(pid_file) as file:
            pid, born = file.read().split()
        yield int(pid), born


def _locking(lock_file: str) -> Iterator[tuple[int, str]]:
    """Yield the pid in the lock file, if that process holds the lock.

    Looked up rather than tried: who tries, holds it for a moment, and a
    daemon that is being started would meet that. A link there could lead
    to the lock of a stranger.
    """
    with contextlib.suppress(OSError, ValueError):
        with open(lock_file, opener=_not_linked) as file:
            pid = int(file.read())
            inode = os.fstat(file.fileno()).st_ino
        with open(LOCKS) as file:
            if any(_locks(line, pid, inode) for line in file):
                yield pid, ''


def _locks(line: str, pid: int, inode: int) -> bool:
    # 1: FLOCK  ADVISORY  WRITE 4711 00:1a:12345 0 EOF
    words = line.split()
    return (
        words[1:2] == ['FLOCK']
        and words[4:5] == [str(pid)]
        and words[5].rpartition(':')[2] == str(inode)
    )
