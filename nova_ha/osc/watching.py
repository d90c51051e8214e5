# SPDX-License-Identifier: Apache-2.0
"""Shows a recovery while it goes on: a picture, or a line at a time."""

from collections.abc import Iterable
from collections.abc import Mapping
import os
import shutil
from typing import Any
from typing import Protocol
from typing import TextIO

from nova_ha.osc import drawing
from nova_ha.osc import following
from nova_ha.osc import news
from nova_ha.osc import progress

UP = '\x1b[{}A'
"""Moves the cursor up so many lines."""

CLEAR = '\r\x1b[J'
"""Clears from the cursor's line to the end of the screen."""


class Display(Protocol):
    """Where it is shown."""

    def show(self, seen: following.Seen) -> None:
        """Show what is seen now."""


class Picture:
    """Draws over what it has drawn before; for a terminal.

    The last picture stays.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._drawn = 0

    def show(self, seen: following.Seen) -> None:
        """Draw what is seen now."""
        size = shutil.get_terminal_size()
        lines = drawing.screen(
            seen.answer,
            seen.now,
            # A line that fills the last column is wrapped by some terminals.
            width=size.columns - 1,
            height=size.lines - 1,
            trouble=seen.trouble,
        )
        up = UP.format(self._drawn) if self._drawn else ''
        self._stream.write(up + CLEAR + '\n'.join(lines) + '\n')
        self._stream.flush()
        self._drawn = len(lines)


class Lines:
    """Prints what is new; for everything that is no terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._before: Mapping[str, Any] | None = None
        self._trouble = False

    def show(self, seen: following.Seen) -> None:
        """Print what is new."""
        lines = news.lines(self._before, seen.answer)
        if bool(seen.trouble) != self._trouble:
            self._trouble = not self._trouble
            lines.append(f'  {seen.trouble or "The service answers again."}')
        for line in lines:
            self._stream.write(f'{line}\n')
        self._stream.flush()
        self._before = seen.answer


def display(stream: TextIO) -> Display:
    """Return what suits the stream."""
    live = stream.isatty() and os.environ.get('TERM', 'dumb') != 'dumb'
    return Picture(stream) if live else Lines(stream)


def watch(
    every: Iterable[following.Seen], shown_by: Display | None, until: str
) -> tuple[int, Mapping[str, Any]]:
    """Show a recovery until it is over.

    :param every: what is seen, see :func:`.following.recovery`.
    :param shown_by: None: nothing is shown.
    :param until: a key of :data:`.progress.REACHED`.
    :return: the exit code, and the last answer.
    """
    for seen in every:
        if shown_by is not None:
            shown_by.show(seen)
        code = progress.exit_code(seen.answer, until)
        if code is not None and not seen.trouble:
            return code, seen.answer
    raise AssertionError('what is seen has no end')
