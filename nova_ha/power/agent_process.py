# SPDX-License-Identifier: Apache-2.0
"""One run of a fence agent: a process group with a hard end.

Secrets go in through standard input, which nobody else can read; the command
line is the agent's path and nothing else.
"""

import dataclasses
import os
import select
import signal
import subprocess
import time

#: Where agents and what they call are looked for.
PATH = '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin'
#: The agent's whole environment: nothing of ours leads it astray, and its
#: words are English. Warnings of its Python are no news of the device.
ENVIRONMENT = {'PATH': PATH, 'LC_ALL': 'C', 'PYTHONWARNINGS': 'ignore'}
#: systemd signals the whole service when it is stopped; a power-off under way
#: shall end well. What is ignored stays so in the agent and what it starts.
LAUNCHER = ('/bin/sh', '-c', 'trap "" TERM; exec "$0"')
#: Bytes of an agent's output that are looked at.
OUTPUT = 100_000


@dataclasses.dataclass(frozen=True, slots=True)
class Ended:
    """How an agent ended.

    :ivar code: its exit status; None where it had to be ended.
    :ivar seconds: how long it ran.
    """

    code: int | None
    out: str
    err: str
    seconds: float


def run(path: str, lines: str, end: float) -> Ended:
    """Run the agent; its whole group is killed when this returns.

    :param lines: its standard input.
    :param end: monotonic time at which its process group is killed.
    :raises OSError: it cannot be started.
    """
    files = [os.memfd_create(name) for name in ('in', 'out', 'err')]
    try:
        source, out, err = files
        os.write(source, lines.encode())
        os.lseek(source, 0, os.SEEK_SET)
        began = time.monotonic()
        code = _run(path, files, end)
        seconds = time.monotonic() - began
        return Ended(code, _text(out), _text(err), seconds)
    finally:
        for file in files:
            os.close(file)


def _run(path: str, files: list[int], end: float) -> int | None:
    source, out, err = files
    process = subprocess.Popen(
        [*LAUNCHER, path],
        stdin=source,
        stdout=out,
        stderr=err,
        env=ENVIRONMENT,
        cwd='/',
        start_new_session=True,
    )
    try:
        ended = _await(process.pid, end)
    finally:
        # Not reaped yet, so the group is still its own: no stranger is hit.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return process.returncode if ended else None


def _await(pid: int, end: float) -> bool:
    """Return whether the process ended by itself in time."""
    handle = os.pidfd_open(pid)
    try:
        left = max(0.0, end - time.monotonic())
        ended, _, _ = select.select([handle], [], [], left)
        return bool(ended)
    finally:
        os.close(handle)


def _text(file: int) -> str:
    return os.pread(file, OUTPUT, 0).decode(errors='replace')
