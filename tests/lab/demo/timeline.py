# SPDX-License-Identifier: Apache-2.0
"""When what happened, in seconds since the fence request.

Two clocks, of one machine. What happens outside nova-ha is the demo's own:
``fence_requested`` is when the agent's process is about to be made, and
``fence_answered`` when it is gone, so that both its start and its end count.
Where Pacemaker calls the agent, the demo sees neither, and both are what the
fencer wrote down; before them ``host_failed`` is the demo's, and ``noticed``
is Pacemaker's own log.
What happens inside is read from the recovery's history in the store, since
nobody else sees it; the promises check the history against other witnesses.
When a guest is back, the journal of the hosts tells.
"""

from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import datetime
from typing import Any

from tests.lab.demo.manager import Fence
from tests.lab.guests import GuestEvent

#: Our name of an event: its name in the history, and which of several.
_FROM_HISTORY = (
    ('off_verified', 'off_verified', min),
    ('forced_down', 'forced_down', min),
    ('first_evacuation_accepted', 'evacuation_accepted', min),
    ('last_evacuation_accepted', 'evacuation_accepted', max),
    ('all_evacuated', 'all_accounted_for', max),
    ('host_returned', 'host_returned', max),
    ('completed', 'host_serving', max),
)

EVENTS = (
    'fence_requested',
    'fence_answered',
    *(name for name, _, _ in _FROM_HISTORY),
)
EVENTS_WITH_PACEMAKER = ('host_failed', 'noticed', *EVENTS)

#: (later, earlier, at most so many seconds)
_GOALS = (
    ('fence_answered', 'fence_requested', 1.5),
    ('forced_down', 'off_verified', 0.3),
    ('first_evacuation_accepted', 'forced_down', 1.0),
)


@dataclasses.dataclass(frozen=True)
class Moment:
    """An event and its seconds since the fence request; < 0 before it."""

    event: str
    seconds: float


@dataclasses.dataclass(frozen=True)
class Figure:
    """A time between two events and what it should be."""

    name: str
    seconds: float
    goal: float

    @property
    def met(self) -> bool:
        return self.seconds < self.goal


def seconds_of(text: str) -> float:
    """Seconds since the epoch, of a time in the history."""
    return datetime.datetime.fromisoformat(text).timestamp()


def make(fence: Fence, history: Iterable[Mapping[str, Any]]) -> list[Moment]:
    """The events that have happened, in the order of their times."""
    times: dict[str, list[float]] = {}
    for line in history:
        times.setdefault(line['name'], []).append(seconds_of(line['at']))
    seen = {
        'host_failed': fence.failed,
        'noticed': fence.noticed,
        'fence_requested': fence.requested,
        'fence_answered': fence.answered,
    }
    moments = [
        Moment(name, at - fence.requested)
        for name, at in seen.items()
        if at is not None
    ]
    moments += [
        Moment(name, which(times[recorded]) - fence.requested)
        for name, recorded, which in _FROM_HISTORY
        if recorded in times
    ]
    return sorted(moments, key=lambda each: each.seconds)


def missing(
    moments: Iterable[Moment], wanted: Iterable[str] = EVENTS
) -> list[str]:
    """The events that have not happened."""
    there = {each.event for each in moments}
    return [name for name in wanted if name not in there]


def figures(moments: Iterable[Moment]) -> list[Figure]:
    """The times nova-ha is measured by, as far as they are known."""
    at = {each.event: each.seconds for each in moments}
    return [
        Figure(f'{later} - {earlier}', at[later] - at[earlier], goal)
        for later, earlier, goal in _GOALS
        if later in at and earlier in at
    ]


def back_after(
    requested: float, host: str, journal: Iterable[GuestEvent]
) -> dict[str, float]:
    """Seconds until each guest was started on another host, by uuid.

    From the journal of the hosts: nova-ha itself may look a while later. A
    stopped instance is started there for a moment, too, and stopped again.

    :param requested: when the fence was; seconds since the epoch.
    """
    back: dict[str, float] = {}
    for event in journal:
        elsewhere = event.event == 'start' and event.host != host
        if elsewhere and event.time > requested:
            back.setdefault(event.uuid, event.time - requested)
    return back
