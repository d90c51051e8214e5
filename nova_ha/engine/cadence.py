# SPDX-License-Identifier: Apache-2.0
"""When nova's records are read again.

A look costs nova about a third of what taking an evacuate request costs it,
so none is made while nothing can have ended.
"""

from collections.abc import Callable

from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.worklist import Worklist
from nova_ha.recovery import following
from nova_ha.recovery import ordering
from nova_ha.recovery import ports

SLACK = 0.001
"""Seconds; a tick that comes so much too early reads all the same."""

SURE = 0.8
"""Share of the time the quickest evacuation took in which none ends."""

LONGEST = 2.0
"""Seconds by which a look is put off at most."""


class Cadence:
    """Remembers when nova answered last, for each recovery.

    :param window: how many evacuations may be under way now.
    """

    def __init__(
        self,
        clock: ports.Clock,
        settings: SettingsSource,
        window: Callable[[], int],
    ) -> None:
        self._clock = clock
        self._settings = settings
        self._window = window
        self._answered: dict[str, float] = {}

    def answered(self, uuid: str) -> None:
        """Note that the records have just been read."""
        self._answered[uuid] = self._clock.monotonic()

    def last_answer(self, uuid: str) -> float:
        """Return when they were read last, on the monotonic scale."""
        return self._answered.get(uuid, float('-inf'))

    def is_due(self, work: Worklist) -> bool:
        """Whether nova's records are to be read now."""
        return self.until_due(work) <= SLACK

    def until_due(self, work: Worklist) -> float:
        """Return the seconds until nova's records are to be read again.

        Counted from nova's answer, so that a slow nova is not pressed, and
        whatever else wakes the recovery in between.
        """
        answered = self._answered.get(work.recovery.uuid)
        if answered is None:
            return 0.0
        due = answered + self._settings().poll_interval
        due = max(0.0, due - self._clock.monotonic())
        return min(max(due, self._until_first_end(work)), due + LONGEST)

    def forget(self, uuid: str) -> None:
        """Drop what is remembered of a recovery."""
        self._answered.pop(uuid, None)

    def _until_first_end(self, work: Worklist) -> float:
        """Return the seconds in which surely nothing ends; 0 for unknown."""
        settings, now = self._settings(), self._clock.now()
        rows = [
            row
            for row in work.open()
            if following.occupies_window(row, work.record(row))
        ]
        asked = [row.asked_at for row in rows if row.asked_at is not None]
        if work.quickest is None or not asked or len(asked) < len(rows):
            return 0.0
        next_ones = [
            r for r in work.askable() if r.instance not in work.waiting
        ]
        if ordering.next_batch(next_ones, len(rows), self._window(), now):
            return 0.0  # there is room, and one that could take it
        sure = SURE * work.quickest.total_seconds() - settings.poll_interval
        return sure - (now - min(asked)).total_seconds()
