# SPDX-License-Identifier: Apache-2.0
"""One line a step, with its seconds."""

from collections.abc import Iterator
import contextlib
import sys
import threading
import time
from typing import TextIO


class Progress:
    """Tells what the lab is doing.

    On a terminal the line of the step under way counts its seconds; in a
    file or a pipe there is one line a finished step.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._live = self._stream.isatty()

    def say(self, text: str) -> None:
        """A line of its own."""
        print(text, file=self._stream, flush=True)

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Announce a step, and tell how long it took."""
        started = time.monotonic()
        ended = threading.Event()
        counter = threading.Thread(
            target=self._count, args=(text, started, ended), daemon=True
        )
        if self._live:
            counter.start()
        outcome = 'FAILED'
        try:
            yield
            outcome = ''
        finally:
            ended.set()
            if self._live:
                counter.join()
            self._line(text, started, outcome, '\n')

    def _count(
        self, text: str, started: float, ended: threading.Event
    ) -> None:
        while not ended.wait(0.2):
            self._line(text, started, '', '')

    def _line(self, text: str, started: float, note: str, end: str) -> None:
        start = '\r' if self._live else ''
        seconds = time.monotonic() - started
        line = f'{start}  {text:<50} {seconds:6.1f} s {note}'
        print(line.rstrip(' '), end=end, file=self._stream, flush=True)


class Silent(Progress):
    """Tells nothing (tests)."""

    def say(self, text: str) -> None:
        """Nothing."""

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Nothing."""
        yield
