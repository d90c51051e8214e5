# SPDX-License-Identifier: Apache-2.0
"""One line on a terminal that is written over, or a line now and then."""

import sys
import time
from typing import TextIO

PLAIN_INTERVAL = 5.0
"""Seconds between two lines of progress where it is no terminal."""

LIVE_INTERVAL = 0.1
"""The same on a terminal."""


class Progress:
    """Shows how far a long command is.

    :param stream: where to; standard error by default.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._interval = LIVE_INTERVAL if self._live else PLAIN_INTERVAL
        self._told = time.monotonic()
        self._width = 0

    def __call__(self, text: str) -> None:
        """Show the text, if it is time to."""
        now = time.monotonic()
        if now - self._told < self._interval:
            return
        self._told = now
        if self._live:
            self._stream.write(f'\r{text.ljust(self._width)}')
            self._stream.flush()
            self._width = len(text)
        else:
            print(text, file=self._stream, flush=True)

    def end(self) -> None:
        """Leave the line clean for what follows."""
        if self._live:
            self._stream.write('\r' + ' ' * self._width + '\r')
            self._stream.flush()
