# SPDX-License-Identifier: Apache-2.0
"""Network namespaces: made by iproute2, entered by this process."""

import ctypes
import os
import pathlib
import subprocess

from tests.lab.errors import LabError

DIRECTORY = pathlib.Path('/run/netns')
"""Where iproute2 keeps the named ones."""

_CLONE_NEWNET = 0x40000000


def names(prefix: str) -> list[str]:
    """The namespaces whose names begin so."""
    return sorted(path.name for path in DIRECTORY.glob(f'{prefix}*'))


def exists(name: str) -> bool:
    """Whether there is a namespace of this name."""
    return (DIRECTORY / name).exists()


def ip(*arguments: str, namespace: str | None = None) -> None:
    """Run ``ip``, in a namespace if one is named.

    :raises LabError: it failed.
    """
    where = ('-n', namespace) if namespace else ()
    command = ['ip', *where, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f'"{" ".join(command)}" failed: {done.stderr.strip()}')


def enter(name: str) -> None:
    """Let the calling thread, and those it starts, be in a namespace.

    Call it before any thread is started that is to be there.

    :raises LabError: there is none of this name, or it may not be entered.
    """
    try:
        _set(str(DIRECTORY / name))
    except OSError as error:
        raise LabError(
            f'the network namespace {name} cannot be entered: {error.strerror}'
        ) from None


class Home:
    """The network namespace this process was started in."""

    def __init__(self) -> None:
        self._descriptor = os.open(
            '/proc/thread-self/ns/net', os.O_RDONLY | os.O_CLOEXEC
        )

    def enter(self) -> None:
        """Go back there, once."""
        _set(f'/proc/self/fd/{self._descriptor}')
        os.close(self._descriptor)


def _set(path: str) -> None:
    """setns(2), which Python's os has from 3.12 on."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(descriptor, _CLONE_NEWNET):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(descriptor)
