# SPDX-License-Identifier: Apache-2.0
"""A point in monotonic time by which something must be over."""

from collections.abc import Callable
import dataclasses
import time


@dataclasses.dataclass(frozen=True, slots=True)
class Deadline:
    """Passed down a call chain so that every wait in it has one end.

    :ivar at: on the scale of ``monotonic``, in seconds.
    """

    at: float
    monotonic: Callable[[], float] = time.monotonic

    @classmethod
    def after(
        cls, seconds: float, monotonic: Callable[[], float] = time.monotonic
    ) -> 'Deadline':
        """Return the deadline that many seconds from now."""
        return cls(monotonic() + seconds, monotonic)

    def remaining(self) -> float:
        """Seconds left; never negative."""
        return max(0.0, self.at - self.monotonic())

    @property
    def expired(self) -> bool:
        """Whether the time is up."""
        return self.monotonic() >= self.at
