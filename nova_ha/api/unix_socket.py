# SPDX-License-Identifier: Apache-2.0
"""A listening Unix socket that is never there with wrong rights.

The socket is made in a directory that nobody else can enter, gets its owner
and mode, listens, and only then moves to its path, in one step. A socket left
by a dead process is replaced by that step.
"""

import contextlib
import dataclasses
import fcntl
import grp
import os
import pathlib
import pwd
import socket
import stat
import tempfile
from typing import TextIO

BACKLOG = 1024
LOCK_FLAGS = os.O_CLOEXEC | os.O_NOFOLLOW


class SocketError(Exception):
    """The socket cannot be offered; the text says why and what to do."""


@dataclasses.dataclass(frozen=True, slots=True)
class Rights:
    """Who may open the socket.

    :ivar owner: name of a user; None for the one this process runs as.
    :ivar group: name of a group; '' for the one this process runs as.
    :ivar mode: octal, as text.
    :ivar section: of the configuration, where they are said.
    """

    owner: str | None
    group: str
    mode: str
    section: str = 'fencer'


class UnixSocket:
    """A Unix socket that listens, until closed.

    :raises SocketError: it cannot be offered, or another process does.
    """

    def __init__(self, path: pathlib.Path, rights: Rights) -> None:
        self._path = path
        uid, gid = _ids(rights)
        with contextlib.ExitStack() as stack:
            _make_directory(path.parent)
            self._lock = stack.enter_context(_lock(path))
            _refuse_foreign(path)
            self.socket = _listen(path, uid, gid, int(rights.mode, 8))
            self._inode = path.lstat().st_ino
            stack.pop_all()

    def remove(self) -> None:
        """Take the socket away from its path; it goes on listening.

        Whoever connects from now on sees that nobody is there.
        """
        with contextlib.suppress(FileNotFoundError):
            if self._path.lstat().st_ino == self._inode:
                self._path.unlink()

    def close(self) -> None:
        """Stop listening, and let another process take the path."""
        self.remove()
        self.socket.close()
        self._lock.close()


def _ids(rights: Rights) -> tuple[int, int]:
    return _uid(rights), _gid(rights)


def _gid(rights: Rights) -> int:
    if not rights.group:
        return os.getgid()
    try:
        return grp.getgrnam(rights.group).gr_gid
    except KeyError:
        raise SocketError(
            f'socket_group in [{rights.section}]: there is no group '
            f'{rights.group}'
        ) from None


def _uid(rights: Rights) -> int:
    if rights.owner is None:
        return os.getuid()
    try:
        return pwd.getpwnam(rights.owner).pw_uid
    except KeyError:
        raise SocketError(
            f'socket_owner in [{rights.section}]: there is no user '
            f'{rights.owner}'
        ) from None


def _make_directory(directory: pathlib.Path) -> None:
    try:
        if not directory.is_dir():
            directory.mkdir(parents=True)
            # Whatever the umask: Pacemaker's user has to get through.
            directory.chmod(0o755)
    except OSError as error:
        raise SocketError(
            f'cannot make {directory} for the socket: {error.strerror}'
        ) from None


def _lock(path: pathlib.Path) -> TextIO:
    """Hold the path for this process; the kernel lets go when it dies.

    The file stays: another process may be about to lock it.
    """
    file_path = path.with_name(f'{path.name}.lock')
    try:
        number = os.open(file_path, os.O_RDWR | os.O_CREAT | LOCK_FLAGS, 0o600)
    except OSError as error:
        raise SocketError(
            f'cannot open {file_path}: {error.strerror}'
        ) from None
    file = open(number, 'r+', encoding='ascii')  # noqa: PTH123, SIM115  a file number, for as long as the daemon lives
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = file.read().strip() or 'another'
        file.close()
        raise SocketError(
            f'{path} is served by another nova-ha-fencer (process {holder}): '
            'stop that one first'
        ) from None
    file.truncate(0)
    file.write(f'{os.getpid()}\n')
    file.flush()
    return file


def _refuse_foreign(path: pathlib.Path) -> None:
    """Replace nothing but what a dead process of ours has left behind."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise SocketError(f'{path} is in the way and is no socket: remove it')
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        # An answer is there at once or never: Unix sockets have no network.
        probe.settimeout(1)
        try:
            probe.connect(os.fspath(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return
        except OSError:
            # Somebody is there, if too busy to answer or not for us.
            pass
    raise SocketError(
        f'{path} is served by another program: stop that one first'
    )


def _hint(error: OSError) -> str:
    if not isinstance(error, PermissionError) or os.getuid() == 0:
        return ''
    return (
        f'; user {os.getuid()}, whom this runs as, must own the directory '
        'and be one of the group (socket_group): usermod '
        '--append --groups GROUP USER, and start it anew'
    )


def _listen(
    path: pathlib.Path, uid: int, gid: int, mode: int
) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix='.') as room:
            made = os.path.join(room, 's')  # noqa: PTH118  short, for sun_path
            listener.bind(made)
            os.chown(made, uid, gid)
            pathlib.Path(made).chmod(mode)
            listener.listen(BACKLOG)
            pathlib.Path(made).rename(path)
    except OSError as error:
        listener.close()
        raise SocketError(
            f'cannot offer {path} to user {uid}, group {gid}: '
            f'{error.strerror or error}{_hint(error)}'
        ) from None
    return listener
