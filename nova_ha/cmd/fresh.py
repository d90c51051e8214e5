# SPDX-License-Identifier: Apache-2.0
"""What was found out a moment ago, for a crowd that asks."""

from collections.abc import Callable
import threading
from typing import Generic
from typing import TypeVar

T = TypeVar('T')

SECONDS = 1.0
"""For which an answer is good."""


class Fresh(Generic[T]):
    """Looks once a second at most, however many ask.

    While one looks at something that is slow to answer, the others are told
    what was so before.

    :param look: finds out; it must not raise.
    :param monotonic: the clock, in seconds.
    """

    def __init__(
        self, look: Callable[[], T], monotonic: Callable[[], float]
    ) -> None:
        self._look = look
        self._monotonic = monotonic
        self._looking = threading.Lock()
        self._found: tuple[T, float] | None = None

    def get(self) -> T:
        """Return what was found."""
        found = self._found
        if found and self._monotonic() - found[1] < SECONDS:
            return found[0]
        # Only the first who ever ask wait for one another.
        if not self._looking.acquire(blocking=found is None):
            assert found is not None
            return found[0]
        try:
            if self._found is found:
                self._found = (self._look(), self._monotonic())
            assert self._found is not None
            return self._found[0]
        finally:
            self._looking.release()
