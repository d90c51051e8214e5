# SPDX-License-Identifier: Apache-2.0
"""When nova's records are read again."""

from nova_ha.engine.settings import SettingsSource
from nova_ha.recovery import ports

SLACK = 0.001
"""Seconds; a tick that comes so much too early reads all the same."""


class Cadence:
    """Remembers when nova answered last, for each recovery."""

    def __init__(self, clock: ports.Clock, settings: SettingsSource) -> None:
        self._clock = clock
        self._settings = settings
        self._answered: dict[str, float] = {}

    def answered(self, uuid: str) -> None:
        """Note that the records have just been read."""
        self._answered[uuid] = self._clock.monotonic()

    def last_answer(self, uuid: str) -> float:
        """Return when they were read last, on the monotonic scale."""
        return self._answered.get(uuid, float('-inf'))

    def is_due(self, uuid: str) -> bool:
        """Whether nova's records are to be read now."""
        return self.until_due(uuid) <= SLACK

    def until_due(self, uuid: str) -> float:
        """Return the seconds until nova's records are to be read again.

        Counted from nova's answer, so that a slow nova is not pressed, and
        whatever else wakes the recovery in between.
        """
        due = self.last_answer(uuid) + self._settings().poll_interval
        return max(0.0, due - self._clock.monotonic())

    def forget(self, uuid: str) -> None:
        """Drop what is remembered of a recovery."""
        self._answered.pop(uuid, None)
