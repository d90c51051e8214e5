# SPDX-License-Identifier: Apache-2.0
"""The progress of a recovery while it goes on, a sign an instance.

On a terminal one line is written over and over; in a file or a pipe there is
a line whenever the state changes or another instance has ended.
"""

from collections.abc import Iterable
from collections.abc import Mapping
import sys
from typing import Any
from typing import TextIO

SIGNS = {
    'pending': '.',
    'requested': '>',
    'migrating': '>',
    'succeeded': '+',
    'skipped': 's',
    'failed': '!',
}
LEGEND = '. waits   > under way   + back   s skipped   ! failed'
_ENDED = '+s!'


def signs(evacuations: Iterable[Mapping[str, Any]]) -> str:
    """A sign an instance, in the order in which they were listed."""
    return ''.join(SIGNS.get(row['state'], '?') for row in evacuations)


def line(seconds: float, state: str, marks: str) -> str:
    """What is shown at one moment."""
    counted = ''
    if marks:
        ended = sum(mark in _ENDED for mark in marks)
        counted = f'{marks}  {ended}/{len(marks)}'
    return f'{seconds:6.1f} s  {state:<13} {counted}'.rstrip()


class Live:
    """Shows one recovery."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._terminal = self._stream.isatty()
        self._shown: tuple[str, int] | None = None
        self._open = False

    def show(
        self,
        seconds: float,
        state: str,
        evacuations: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        """Show where it stands, if that is worth a line."""
        marks = signs(evacuations)
        what = (state, sum(mark in _ENDED for mark in marks))
        changed = what != self._shown
        text = line(seconds, state, marks)
        if self._terminal:
            new_state = self._shown is not None and self._shown[0] != state
            if new_state:
                self.close()
            print(f'\r\x1b[K{text}', end='', file=self._stream, flush=True)
            self._open = True
        elif changed:
            print(text, file=self._stream, flush=True)
        self._shown = what

    def say(self, text: str) -> None:
        """A line of its own."""
        self.close()
        print(text, file=self._stream, flush=True)

    def close(self) -> None:
        """End the line that is written over."""
        if self._open:
            print(file=self._stream, flush=True)
            self._open = False
