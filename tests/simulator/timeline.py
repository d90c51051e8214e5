# SPDX-License-Identifier: Apache-2.0
"""Virtual time: a queue of what happens when, and the clock it moves."""

from collections.abc import Callable
import datetime
import functools
import heapq
import itertools

from tests.simulator.actors import Actor
from tests.simulator.actors import Stage

START = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
ZERO = 1000.0

STANDSTILL = 20_000
"""So many actions without time passing: somebody spins."""

TICK = 1e-6
"""Added to a wait, so that rounding never leaves it a hair too short."""


class Timeline:
    """Satisfies :class:`nova_ha.recovery.ports.Clock`.

    One action after another, each to its end or until it waits. Time passes
    only while the test waits, in :meth:`run_until` or :meth:`sleep`.

    :ivar turners: called before each action; each returns in how many
        seconds it wants to be called again, None if it does not.
    """

    def __init__(self) -> None:
        self._time = ZERO
        self._order = itertools.count()
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._waiting: list[tuple[Callable[[], bool], float, Actor]] = []
        self._stage = Stage()
        self._still = 0
        self.turners: list[Callable[[], float | None]] = []

    def now(self) -> datetime.datetime:
        return START + datetime.timedelta(seconds=self._time - ZERO)

    def monotonic(self) -> float:
        return self._time

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Let the action happen in so many seconds."""
        self._at(seconds, functools.partial(self._stage.play, action))

    def sleep(self, seconds: float) -> None:
        """Let so much time pass."""
        actor = self._stage.current
        if actor is None:
            self.run_until(lambda: False, seconds)
        else:
            self._at(seconds, functools.partial(self._stage.resume, actor))
            self._stage.leave(actor)

    def run_until(self, happened: Callable[[], bool], seconds: float) -> bool:
        """Let time pass until it has happened; whether it has."""
        end = self._time + seconds
        actor = self._stage.current
        if actor is not None:
            return self._wait(actor, happened, end)
        while not happened():
            if not self._step(end):
                return happened()
        return True

    def close(self) -> None:
        """End whoever still waits."""
        self._stage.close()

    def _wait(
        self, actor: Actor, happened: Callable[[], bool], end: float
    ) -> bool:
        if not happened():
            self._waiting.append((happened, end, actor))
            self._at(end - self._time, lambda: None)
            self._stage.leave(actor)
        return happened()

    def _at(self, seconds: float, action: Callable[[], None]) -> None:
        entry = (self._time + seconds, next(self._order), action)
        heapq.heappush(self._queue, entry)

    def _step(self, end: float) -> bool:
        """Take the next action up to ``end``; False when there is none."""
        pauses = [turn() for turn in self.turners]
        times = [self._time + p + TICK for p in pauses if p is not None]
        if self._queue:
            times.append(self._queue[0][0])
        upcoming = min(times, default=end + 1)
        if upcoming > end:
            self._move(max(self._time, end))
            return False
        self._move(max(self._time, upcoming))
        if self._queue and self._queue[0][0] <= self._time:
            heapq.heappop(self._queue)[2]()
        self._wake()
        return True

    def _wake(self) -> None:
        """Let those go on whose wait is over."""
        for entry in list(self._waiting):
            happened, end, actor = entry
            if self._time >= end or happened():
                self._waiting.remove(entry)
                self._stage.resume(actor)

    def _move(self, time: float) -> None:
        self._still = 0 if time > self._time else self._still + 1
        assert self._still < STANDSTILL, 'time stands still: a busy loop'
        self._time = time
