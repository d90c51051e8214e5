# SPDX-License-Identifier: Apache-2.0
"""The fence agent, called as Pacemaker calls it."""

import dataclasses
import pathlib
import subprocess
import sys
import time

PROGRAM = pathlib.Path(sys.executable).with_name('fence_nova_ha')


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the agent said; ``seconds`` is how long it took."""

    code: int
    output: str
    error: str
    seconds: float


class Call:
    """An agent under way."""

    def __init__(self, socket: pathlib.Path, options: dict) -> None:
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            [PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        lines = {'socket': socket, **options}
        stdin = self._process.stdin
        stdin.write(''.join(f'{key}={lines[key]}\n' for key in lines))
        stdin.close()
        self._process.stdin = None

    def done(self) -> bool:
        return self._process.poll() is not None

    def wait(self, timeout: float = 70.0) -> Answer:
        """Wait for the end; an agent that does not end is ended."""
        try:
            output, error = self._process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            output, error = self._process.communicate()
        return Answer(
            self._process.returncode,
            output,
            error,
            time.monotonic() - self._started,
        )

    def kill(self) -> None:
        """kill -9, as when the cluster node it runs on is lost."""
        self._process.kill()
        self._process.communicate()


class Agent:
    """fence_nova_ha with the socket of one daemon."""

    def __init__(self, socket: pathlib.Path) -> None:
        self._socket = socket

    def call(self, action: str, host: str, timeout: float = 50) -> Call:
        """Start it with what Pacemaker gives on standard input."""
        return Call(
            self._socket,
            {
                'action': action,
                'nodename': host,
                'plug': host,
                'timeout': timeout,
            },
        )

    def run(self, action: str, host: str, timeout: float = 50) -> Answer:
        """Start it and wait for its answer."""
        return self.call(action, host, timeout).wait(timeout + 20)
