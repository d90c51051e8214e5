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

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import fnmatch
import statistics

SAMPLES = 8
"""So many ends at least, and not fewer than the window, make a measurement."""

WORTH = 4
"""A trial is worth its risk while so many windows full wait to be asked."""

REST = 4
"""Measurements from a trial that came to nothing until the next one; twice
as many after each further one."""

MAX_REST = 64

RISE = 2.0
"""Evacuations that take so many times as long are a sign of trouble."""

OVERTAKEN = 2
"""An evacuation that so many windows full of later ones have overtaken
holds no place any more: its target is slow, not the cloud."""


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

    :ivar took: seconds that the median evacuation took, at best.
    """

    window: int
    took: float

    @property
    def rate(self) -> float:
        """Ends a second."""
        return self.window / self.took


@dataclasses.dataclass(frozen=True, slots=True)
class Pace:
    """A window, and what has been learned so far.

    :ivar since: only what was asked for from here on tells about it.
    :ivar took: seconds of those that have ended.
    :ivar proven: the level that a trial is held against.
    :ivar rest: measurements until the next trial.
    :ivar trials_failed: trials that came to nothing.
    :ivar why: what made the window what it is, for people.
    """

    window: int
    since: float
    took: tuple[float, ...] = ()
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
    waiting: int,
    now: float,
) -> Pace:
    """Learn from an evacuation that has ended well.

    :param asked: when it was asked for.
    :param waiting: how many wait to be asked for.
    """
    if asked < pace.since:
        return pace
    took = (*pace.took, max(now - asked, 0.001))
    if len(took) < max(SAMPLES, pace.window):
        return dataclasses.replace(pace, took=took)
    level = Level(pace.window, statistics.median(took))
    pace = dataclasses.replace(pace, took=(), since=now)
    proven = pace.proven
    if proven is not None and level.window > proven.window:
        if level.rate < proven.rate * (1 + level.window / proven.window) / 2:
            return _back(pace, bounds, level, proven)
    elif proven is not None and level.window == proven.window:
        if level.took > RISE * proven.took:
            why = f'each takes {level.took:.1f} s, not {proven.took:.1f} s'
            return _shrink(pace, bounds, pace.window * 3 // 4, why, now)
        level = min(level, proven, key=lambda known: known.took)
    return _grow(dataclasses.replace(pace, proven=level), bounds, waiting)


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
    return dataclasses.replace(pace, took=(), since=now)


def _grow(pace: Pace, bounds: Bounds, waiting: int) -> Pace:
    if pace.rest:
        return dataclasses.replace(pace, rest=pace.rest - 1)
    known = pace.trials_failed > 0
    step = max(1, pace.window // 4) if known else max(2, pace.window // 2)
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
        proven=None,
        rest=0 if window < bounds.start else REST,
        trials_failed=max(1, pace.trials_failed),
        why=why,
    )


def holding(under_way: int, overtaken: int, window: int) -> int:
    """Return how many places of the window are taken.

    :param overtaken: how many of those under way are; no more of them than
        the window is wide give their place away.
    """
    return under_way - min(overtaken, window, under_way)


def is_overtaken(by: int, window: int) -> bool:
    """Whether an evacuation that so many later ones overtook is slow."""
    return by >= OVERTAKEN * window


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
