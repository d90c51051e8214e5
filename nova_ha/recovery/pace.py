# SPDX-License-Identifier: Apache-2.0
"""How many evacuations may be under way at a time, learned as they end.

A cloud evacuates so many instances a second, whatever is asked of it beyond
that: more under way then only makes each take longer, and the median
instance comes back later. With ``n`` under way that take ``t`` seconds each,
``n / t`` end in a second. So the window grows only as long as what is under
way does not take longer for it: by half at first, by a quarter once that has
come to nothing. It is halved when nova has trouble (5xx, time-outs), and
reduced by a quarter when evacuations begin to take twice as long.

All times are seconds on the same scale; nothing here reads a clock.
"""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import fnmatch
import math
import statistics

SAMPLES = 8
"""So many ends at least, and not fewer than the window, make a measurement."""

WORTH = 4
"""A trial is worth its risk while so many windows full wait to be asked."""

REST = 2
"""Measurements from a trial that came to nothing until the next one; twice
as many after each further one."""

MAX_REST = 64

RISE = 2.0
"""Evacuations that take so many times as long are a sign of trouble, unless
as many end in a second as before."""

SLACK = 1.5
"""Counted ends are rough: they come in groups."""

INSTANT = 0.001
"""Seconds; the shortest time that is told from none."""

OVERTAKEN = 2
"""An evacuation that so many windows full of later ones have overtaken
holds no place any more: its target is slow, not the cloud."""

AGED = 3.0
"""Neither does one that takes so many times as long as the median, if all
that do so are going to the same target."""


@dataclasses.dataclass(frozen=True, slots=True)
class Bounds:
    """What the operator allows: ``smallest <= window <= largest``."""

    start: int
    smallest: int
    largest: int

    def clamp(self, window: int) -> int:
        """Return the nearest window that is allowed."""
        return max(self.smallest, min(window, self.largest))


@dataclasses.dataclass(frozen=True, slots=True)
class Level:
    """What a window has been measured to give.

    :ivar took: seconds that an evacuation took on the median target.
    :ivar ends: ends a second, counted: fewer than :attr:`rate` while slow
        targets hold places.
    """

    window: int
    took: float
    ends: float = 0.0

    @property
    def rate(self) -> float:
        """Ends a second, if the median evacuation is like the others."""
        return self.window / self.took

    def is_worth(self, proven: 'Level') -> bool:
        """Whether it gives at least half of what it could more give."""
        could = self.window / proven.window
        return self.rate >= proven.rate * (1 + could) / 2


@dataclasses.dataclass(frozen=True, slots=True)
class Pace:
    """A window, and what has been learned so far.

    :ivar since: only what was asked for from here on tells about it.
    :ivar took: targets of those that have ended, and the seconds.
    :ivar ended: all ends since then, whenever asked for.
    :ivar base: the first level measured; a trial is held against it, and
    :ivar proven: against the last one that was worth it.
    :ivar rest: measurements until the next trial.
    :ivar trials_failed: trials that came to nothing.
    :ivar why: what made the window what it is, for people.
    """

    window: int
    since: float
    took: tuple[tuple[str, float], ...] = ()
    ended: int = 0
    base: Level | None = None
    proven: Level | None = None
    rest: int = 0
    trials_failed: int = 0
    why: str = 'the start value'


def begin(bounds: Bounds, now: float) -> Pace:
    """Return the pace of which nothing is known yet."""
    return Pace(bounds.clamp(bounds.start), now)


def ended(
    pace: Pace,
    bounds: Bounds,
    asked: float,
    target: str,
    waiting: int,
    now: float,
) -> Pace:
    """Learn from an evacuation that has ended well.

    :param asked: when it was asked for.
    :param target: where it went.
    :param waiting: how many wait to be asked for.
    """
    pace = dataclasses.replace(pace, ended=pace.ended + 1)
    if asked < pace.since:
        return pace
    took = (*pace.took, (target, max(now - asked, INSTANT)))
    if len(took) < max(SAMPLES, pace.window * 3 // 2):
        return dataclasses.replace(pace, took=took)
    ends = pace.ended / max(now - pace.since, INSTANT)
    level = Level(pace.window, _typical(took), ends)
    pace = unused(pace, now)
    if pace.proven is not None and level.window > pace.proven.window:
        return _tried(pace, bounds, level, waiting)
    return _measured(pace, bounds, level, waiting, now)


def _typical(took: Sequence[tuple[str, float]]) -> float:
    """Return the seconds of the median target: one that is slow among many
    does not count, however its ends may gather.
    """
    by_target: dict[str, list[float]] = {}
    for target, seconds in took:
        by_target.setdefault(target, []).append(seconds)
    return statistics.median(map(statistics.fmean, by_target.values()))


def _tried(pace: Pace, bounds: Bounds, level: Level, waiting: int) -> Pace:
    """Keep a window that was worth it, or go back to the last that was."""
    for known in (pace.base, pace.proven):
        if known is not None and not level.is_worth(known):
            return _back(pace, bounds, level, known)
    return _grow(dataclasses.replace(pace, proven=level), bounds, waiting)


def _measured(
    pace: Pace, bounds: Bounds, level: Level, waiting: int, now: float
) -> Pace:
    """See whether the window still gives what it gave."""
    proven = pace.proven
    if proven is not None and level.window == proven.window:
        if level.took > RISE * proven.took:
            if level.ends < proven.ends / RISE * SLACK:
                why = f'each takes {level.took:.1f} s, not {proven.took:.1f} s'
                return _shrink(pace, bounds, pace.window * 3 // 4, why, now)
        elif level.took > proven.took:
            level = proven
    base = pace.base
    if base is None or level.window <= base.window:
        base = level
    pace = dataclasses.replace(pace, proven=level, base=base)
    return _grow(pace, bounds, waiting)


def troubled(
    pace: Pace, bounds: Bounds, asked: float, why: str, now: float
) -> Pace:
    """Learn that nova did not answer, or not in time.

    :param asked: when it was asked for what failed. What was asked before
        the window was last changed says nothing about it.
    """
    if asked < pace.since:
        return pace
    return _shrink(pace, bounds, pace.window // 2, why, now)


def unused(pace: Pace, now: float) -> Pace:
    """Learn nothing from what is under way: the window was not full."""
    return dataclasses.replace(pace, took=(), ended=0, since=now)


def widened(pace: Pace, bounds: Bounds, now: float) -> Pace:
    """Return the pace with its window within the bounds, as they are now."""
    window = bounds.clamp(pace.window)
    if window == pace.window:
        return pace
    return dataclasses.replace(
        unused(pace, now),
        window=window,
        proven=None,
        base=None,
        why='one for each host',
    )


def _grow(pace: Pace, bounds: Bounds, waiting: int) -> Pace:
    if pace.rest:
        return dataclasses.replace(pace, rest=pace.rest - 1)
    known = pace.trials_failed > 0
    step = max(2, pace.window // (4 if known else 2))
    window = bounds.clamp(pace.window + step)
    if window <= pace.window or waiting < WORTH * window:
        return pace
    level = pace.proven
    why = 'a trial' if level is None else f'a trial: {level.rate:.2f} end a s'
    return dataclasses.replace(pace, window=window, why=why)


def _back(pace: Pace, bounds: Bounds, level: Level, proven: Level) -> Pace:
    failed = pace.trials_failed + 1
    return dataclasses.replace(
        pace,
        window=bounds.clamp(proven.window),
        rest=min(REST * 2 ** min(failed - 1, 10), MAX_REST),
        trials_failed=failed,
        why=f'{level.window} at a time end {level.rate:.2f} a s, '
        f'{proven.window} end {proven.rate:.2f}',
    )


def _shrink(
    pace: Pace, bounds: Bounds, window: int, why: str, now: float
) -> Pace:
    window = bounds.clamp(window)
    return dataclasses.replace(
        pace,
        window=window,
        since=now,
        took=(),
        ended=0,
        proven=None,
        base=None,
        rest=0 if window < bounds.start else REST,
        trials_failed=max(1, pace.trials_failed),
        why=why,
    )


def holding(under_way: int, slow: int, window: int) -> int:
    """Return how many places of the window are taken.

    :param slow: how many of those under way are; no more of them than the
        window is wide give their place away.
    """
    return under_way - min(slow, window, under_way)


def slow(
    pace: Pace, flights: Iterable[tuple[str | None, float, int]]
) -> Sequence[bool]:
    """Return which of those under way are so for their target's slowness.

    :param flights: target, seconds since it was asked for, and how many
        that were asked for later have ended, of each.
    """
    flights = list(flights)
    limit = AGED * pace.proven.took if pace.proven else math.inf
    aged = {target for target, age, _ in flights if age > limit}
    lone = aged.pop() if len(aged) == 1 else None
    return [
        by >= OVERTAKEN * pace.window
        or (target is not None and target == lone and age > limit)
        for target, age, by in flights
    ]


def shares(window: int, wanted: Mapping[str, int]) -> Mapping[str, int]:
    """Divide the window among those that want places of it.

    Everybody who wants any gets one, even if the window is narrower. Of the
    rest all get the same, up to what they want; those named first get what
    cannot be divided.
    """
    given = {name: min(1, want) for name, want in wanted.items()}
    left = window - sum(given.values())
    while left > 0:
        hungry = [name for name in wanted if given[name] < wanted[name]]
        if not hungry:
            break
        for name in hungry[:left]:
            given[name] += 1
        left -= len(hungry[:left])
    return given


def cell_of(host: str, cells: Sequence[tuple[str, str]]) -> str:
    """Return the host's cell; '' where none is named.

    :param cells: names of cells with patterns of their hosts' names, the
        first match counts.
    """
    return next((c for c, p in cells if fnmatch.fnmatchcase(host, p)), '')
