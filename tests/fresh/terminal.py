# SPDX-License-Identifier: Apache-2.0
"""Runs a command on a terminal, and answers when it asks."""

from collections.abc import Sequence
import os
import pty
import re
import select
import subprocess
import time

_ASKS = re.compile(r'[:?>\])] $')
"""How what was said ends when somebody waits for an answer."""

_ESCAPES = re.compile(r'\x1b\[[0-9;?]*[A-Za-z]')


def run(
    command: Sequence[str], answers: str, timeout: float
) -> 'subprocess.CompletedProcess[str]':
    """Run it, with a terminal of its own.

    Some programs throw away what was typed before they asked, so each line of
    the answers is typed when the program asks for one.

    :param answers: lines.
    :raises subprocess.TimeoutExpired: it took too long; it was killed.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ['setsid', '--ctty', *command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    try:
        said = _talk(ours, answers.splitlines(), time.monotonic() + timeout)
        code = process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
    finally:
        os.close(ours)
    return subprocess.CompletedProcess(command, code, said, '')


def _talk(terminal: int, answers: list[str], deadline: float) -> str:
    said = b''
    left = list(answers)
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break  # nobody has it open any more
        if not piece:
            break
        said += piece
        tail = _ESCAPES.sub('', said[-200:].decode(errors='replace'))
        if left and _ASKS.search(tail):
            os.write(terminal, f'{left.pop(0)}\n'.encode())
    else:
        raise subprocess.TimeoutExpired('a command on a terminal', 0)
    return _ESCAPES.sub('', said.decode(errors='replace').replace('\r', ''))
