# SPDX-License-Identifier: Apache-2.0
"""Runs a program under the restrictions of the systemd unit, by itself.

For where systemd is not the first process. Run by root as a script, in a
mount namespace of its own, with one argument: an :class:`Order` as JSON. What
the unit says is done with the same means that systemd uses: mounts, user and
capabilities, prctl, and a seccomp filter by libseccomp. Left out are the
namespaces for devices and for kernel tunables.
"""

from collections.abc import Iterator
from collections.abc import Sequence
import ctypes
import dataclasses
import json
import os
import pathlib
import socket
import sys

PR_SET_NO_NEW_PRIVS = 38
PR_CAPBSET_DROP = 24
PR_SET_MDWE = 65
MDWE_REFUSE_EXEC_GAIN = 1
LAST_CAPABILITY = 40

MS_BIND = 4096
MS_MOVE = 8192
SYS_MOUNT_SETATTR = 442
AT_FDCWD = -100
AT_RECURSIVE = 0x8000
MOUNT_ATTR_RDONLY = 1

SCMP_ACT_ALLOW = 0x7FFF0000
SCMP_ACT_EPERM = 0x00050001
SCMP_CMP_EQ = 4

PRIVATE = ('/tmp', '/var/tmp')
HIDDEN = ('/home', '/run/user', str(pathlib.Path('~root').expanduser()))
#: ProtectSystem=strict leaves these to other settings.
INTERFACES = ('/dev', '/proc', '/sys')

LIBC = ctypes.CDLL(None, use_errno=True)
LIBSECCOMP = 'libseccomp.so.2'


@dataclasses.dataclass(frozen=True)
class Order:
    """What to run, and how.

    :ivar kept: directories below /tmp that it is to see.
    :ivar writable: what it may change beside them.
    :ivar groups: beside its own.
    :ivar calls: names of the system calls that it may use.
    :ivar families: of the sockets that it may make, for example AF_UNIX.
    """

    command: Sequence[str]
    kept: Sequence[str]
    writable: Sequence[str]
    uid: int
    groups: Sequence[int]
    calls: Sequence[str]
    families: Sequence[str]


class Attributes(ctypes.Structure):
    """Of mount_setattr(2)."""

    _fields_ = (
        ('set', ctypes.c_uint64),
        ('clear', ctypes.c_uint64),
        ('propagation', ctypes.c_uint64),
        ('userns_fd', ctypes.c_uint64),
    )


class Comparison(ctypes.Structure):
    """Of libseccomp, with an argument of a system call."""

    _fields_ = (
        ('argument', ctypes.c_uint),
        ('operator', ctypes.c_int),
        ('value', ctypes.c_uint64),
        ('unused', ctypes.c_uint64),
    )


def done(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno() or -result
        raise OSError(number, f'{what}: {os.strerror(number)}')


def mount(source: str, target: str, kind: str, flags: int = 0, data: str = ''):
    done(
        LIBC.mount(
            source.encode(),
            target.encode(),
            kind.encode(),
            ctypes.c_ulong(flags),
            data.encode(),
        ),
        f'mount {target}',
    )


def read_only(path: str, wanted: bool) -> None:
    flag = MOUNT_ATTR_RDONLY
    attributes = Attributes(flag if wanted else 0, 0 if wanted else flag, 0, 0)
    done(
        LIBC.syscall(
            SYS_MOUNT_SETATTR,
            AT_FDCWD,
            path.encode(),
            AT_RECURSIVE,
            ctypes.byref(attributes),
            ctypes.sizeof(attributes),
        ),
        f'mount_setattr {path}',
    )


def see_little(order: Order) -> None:
    """PrivateTmp, ProtectHome, ProtectProc; what is kept is seen again."""
    aside = {path: f'/mnt/{i}' for i, path in enumerate(order.kept)}
    mount('tmpfs', '/mnt', 'tmpfs')
    for path, place in aside.items():
        pathlib.Path(place).mkdir()
        mount(path, place, 'none', MS_BIND)
    for path in (*PRIVATE, *HIDDEN):
        if pathlib.Path(path).is_dir():
            mode = '1777' if path in PRIVATE else '000'
            mount('tmpfs', path, 'tmpfs', data=f'mode={mode}')
    for path, place in aside.items():
        pathlib.Path(path).mkdir(parents=True)
        mount(place, path, 'none', MS_MOVE)
    mount('proc', '/proc', 'proc', data='hidepid=invisible')


def change_little(order: Order) -> None:
    """ProtectSystem=strict and ReadWritePaths."""
    for path in order.writable:
        mount(path, path, 'none', MS_BIND)
    read_only('/', True)
    for path in (*PRIVATE, *INTERFACES, *order.writable):
        read_only(path, False)
    for path in order.kept:
        read_only(path, True)
    for path in order.writable:
        read_only(path, False)


def be_nobody(order: Order) -> None:
    """User=, CapabilityBoundingSet=, NoNewPrivileges, MemoryDenyWrite..."""
    for capability in range(LAST_CAPABILITY + 1):
        done(LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0), 'capability')
    os.setgroups(order.groups)
    os.setresgid(order.uid, order.uid, order.uid)
    os.setresuid(order.uid, order.uid, order.uid)
    done(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 'no new privileges')
    done(LIBC.prctl(PR_SET_MDWE, MDWE_REFUSE_EXEC_GAIN, 0, 0, 0), 'mdwe')


def ask_little(order: Order) -> None:
    """SystemCallFilter and RestrictAddressFamilies."""
    library = ctypes.CDLL(LIBSECCOMP)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(SCMP_ACT_EPERM))
    for number in numbers(library, order.calls):
        done(
            library.seccomp_rule_add_array(
                context, SCMP_ACT_ALLOW, number, 0, None
            ),
            f'system call {number}',
        )
    [number] = numbers(library, ['socket'])
    for family in order.families:
        same = Comparison(0, SCMP_CMP_EQ, getattr(socket, family), 0)
        done(
            library.seccomp_rule_add_array(
                context, SCMP_ACT_ALLOW, number, 1, ctypes.byref(same)
            ),
            family,
        )
    done(library.seccomp_load(context), 'seccomp')


def numbers(library, names: Sequence[str]) -> Iterator[int]:
    """Yield those that there are on this machine."""
    for name in names:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            yield number


def main(text: str) -> None:
    order = Order(**json.loads(text))
    see_little(order)
    change_little(order)
    os.umask(0o077)
    os.chdir('/')
    be_nobody(order)
    ask_little(order)
    os.execv(order.command[0], order.command)


if __name__ == '__main__':
    main(sys.argv[1])
