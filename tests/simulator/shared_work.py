# SPDX-License-Identifier: Apache-2.0
"""Work that shares what a cloud can do: the more at a time, the slower each.

As measured on nova 34: a burst brings nobody back until nearly all are back.
"""

from collections.abc import Callable

from tests.simulator.timeline import Timeline

NEARLY = 1e-9


class SharedWork:
    """Processor sharing.

    :ivar cores: jobs that go on at full speed; more share them evenly.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._jobs: list[tuple[list[float], Callable[[], None]]] = []
        self._at = timeline.monotonic()
        self._plan = 0
        self.cores = float('inf')

    def begin(self, seconds: float, then: Callable[[], None]) -> None:
        """Do work that takes so long alone, then call."""
        self._advance()
        self._jobs.append(([seconds], then))
        self._plan_next()

    def _speed(self) -> float:
        return min(1.0, self.cores / len(self._jobs))

    def _advance(self) -> None:
        now = self._timeline.monotonic()
        if self._jobs:
            done = (now - self._at) * self._speed()
            for left, _then in self._jobs:
                left[0] -= done
        self._at = now

    def _plan_next(self) -> None:
        self._plan += 1
        if not self._jobs:
            return
        plan = self._plan
        seconds = min(left[0] for left, _then in self._jobs) / self._speed()
        self._timeline.after(max(0.0, seconds), lambda: self._end(plan))

    def _end(self, plan: int) -> None:
        if plan != self._plan:
            return  # more work has come meanwhile
        self._advance()
        over = [job for job in self._jobs if job[0][0] <= NEARLY]
        self._jobs = [job for job in self._jobs if job not in over]
        self._plan_next()
        for _left, then in over:
            then()
