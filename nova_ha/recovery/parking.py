# SPDX-License-Identifier: Apache-2.0
"""Instances for which the cloud had no room: parked until there may be some.

A parked row is a failed one whose message begins with :data:`PARKED`. It
takes no place of the window. It is tried again when a host turns up that
takes instances, when another instance has found room after it, and now and
then without any sign: nova does not tell of a raised quota or of an instance
deleted elsewhere.
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Sequence
import datetime

from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import RecoveryEvent
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import Event

PARKED = 'parked for want of room: '

ROOM = 'there may be room: '
"""What the message of a retry begins with that nobody has asked for."""

BLIND = f'{ROOM}nothing tells, a few are tried'

FEW = 4
"""So many are tried when nothing tells of room."""

_SIGNS = ('no valid host', 'insufficient compute resources', 'quota')
"""In nova's faults and refusals when it has no room (nova 34)."""

_ENTERS = frozenset(
    {
        Event.FORCED_DOWN.value,
        Event.RELEASED.value,
        Event.RETRY_REQUESTED.value,
    }
)
"""What a recovery enters ``evacuating`` by."""


def is_for_want_of_room(why: str) -> bool:
    """Whether nova's words say that there is no room for the instance."""
    words = why.lower()
    return any(sign in words for sign in _SIGNS)


def worded(why: str) -> str:
    """Return the message of a row given up for this reason."""
    return PARKED + why if is_for_want_of_room(why) else why


def parked(rows: Iterable[Evacuation]) -> Sequence[Evacuation]:
    """Return the rows that wait for room, in their order."""
    return [
        row
        for row in rows
        if row.state is EvacuationState.FAILED
        and row.message.startswith(PARKED)
    ]


def has_met_want(row: Evacuation) -> bool:
    """Whether there was no room for it when it was tried last."""
    return bool(row.attempts) and is_for_want_of_room(row.message)


def takers(services: Iterable[ComputeService], host: str) -> frozenset[str]:
    """Return the hosts that take instances, but for the one that failed."""
    return frozenset(
        s.host
        for s in services
        if s.up and not s.disabled and not s.forced_down and s.host != host
    )


def why_now(
    rows: Sequence[Evacuation],
    before: frozenset[str] | None,
    now: frozenset[str],
) -> str:
    """Return why there may be room for what is parked; '' when nothing says.

    :param before: the hosts that took instances when there was no room;
        None when that is not known any more.
    :param now: those that do so now.
    """
    if before is None:
        return f'{ROOM}what hosts have come meanwhile is not known'
    new = sorted(now - before)
    if new:
        return f'{ROOM}{", ".join(new)} takes instances'
    tried = min(_ended(row) for row in parked(rows))
    for row in rows:
        if (
            row.state is EvacuationState.SUCCEEDED
            and row.asked_at is not None
            and row.asked_at > tried
        ):
            return f'{ROOM}{row.name} has found some since'
    return ''


def is_time(
    rows: Sequence[Evacuation], seconds: float, now: datetime.datetime
) -> bool:
    """Whether what is parked has been left alone for so long.

    :param seconds: 0 means that it is never time.
    """
    latest = max(_ended(row) for row in parked(rows))
    return seconds > 0 and (now - latest).total_seconds() >= seconds


def chosen(
    rows: Iterable[Evacuation], history: Iterable[RecoveryEvent]
) -> Collection[str] | None:
    """Return which instances the last retry is about; None: all that failed.

    :param history: of the recovery, oldest first.
    """
    entered = [e for e in history if e.instance is None and e.name in _ENTERS]
    if not entered or not entered[-1].message.startswith(ROOM):
        return None
    waiting = parked(rows)
    if entered[-1].message.startswith(BLIND):
        # In turn: what has been left alone for longest.
        waiting = sorted(waiting, key=_ended)[:FEW]
    return {row.instance for row in waiting}


def _ended(row: Evacuation) -> datetime.datetime:
    assert row.ended_at is not None
    return row.ended_at
