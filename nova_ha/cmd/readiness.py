# SPDX-License-Identifier: Apache-2.0
"""Whether this daemon can do all of its work, for load balancers."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import threading

from nova_ha.engine.world import World
from nova_ha.recovery import errors

FRESH = 1.0
"""Seconds for which an answer is good: anybody may ask, and each look is a
write to the store."""
STALL = 30.0
"""Seconds without a beat of the engine, as systemd's watchdog has it."""


class Readiness:
    """Looks at the store, the hosts file and the engine's beats.

    :param beats: grows while the engine's vital loops turn.
    """

    def __init__(self, beats: Callable[[], int], world: World) -> None:
        self._beats = beats
        self._world = world
        self._looking = threading.Lock()
        self._found: Sequence[str] = ('nobody has looked yet',)
        self._looked_at: float | None = None
        self._seen = -1
        self._seen_at = world.clock.monotonic()

    def reasons(self) -> Sequence[str]:
        """Return why it cannot; empty when it can.

        While one asks a store that is slow to answer, the others are told
        what was so before.
        """
        if self._looking.acquire(blocking=self._looked_at is None):
            try:
                self._look()
            finally:
                self._looking.release()
        return self._found

    def _look(self) -> None:
        now = self._world.clock.monotonic()
        if self._looked_at is not None and now - self._looked_at < FRESH:
            return
        self._found = tuple(self._reasons(now))
        self._looked_at = now

    def _reasons(self, now: float) -> Iterator[str]:
        if problem := self._world.hosts.problem():
            yield problem
        try:
            self._world.store.check()
        except errors.StoreError as error:
            yield f'the store cannot be written: {error}'
        beats = self._beats()
        if beats != self._seen:
            self._seen, self._seen_at = beats, now
        elif now - self._seen_at > STALL:
            yield (
                'the engine has stood still for '
                f'{now - self._seen_at:.0f} s: see the log, and restart '
                'nova-ha-fencer'
            )
