# SPDX-License-Identifier: Apache-2.0
"""The evacuations of one recovery, as its step remembers them.

Everything here can be lost at any time: it is read again from the store and
from nova.
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime
import queue
from typing import Any

from nova_ha.recovery import disks
from nova_ha.recovery import following
from nova_ha.recovery import lifecycle
from nova_ha.recovery import states
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import Migration
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import RecoveryEvent
from nova_ha.recovery.model import Snapshot
from nova_ha.recovery.states import EvacuationEvent
from nova_ha.recovery.states import EvacuationState


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What nova answered to an evacuate request.

    :ivar error: None when it was accepted.
    """

    instance: str
    at: datetime.datetime
    request_id: str = ''
    error: Exception | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Look:
    """What a server looked like after its record was over, or a refusal.

    :ivar server: None when it is gone.
    :ivar error: nova did not say; look again.
    """

    instance: str
    at: datetime.datetime
    server: Instance | None = None
    error: Exception | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """What glance has of an instance whose snapshot is to be put back.

    :ivar server: the instance; None when it is gone.
    :ivar error: glance or nova did not say.
    """

    instance: str
    at: datetime.datetime
    newest: Snapshot | None = None
    server: Instance | None = None
    error: Exception | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Restore:
    """What came of a look at a server that is restored, or of a request.

    :ivar server: None when it is gone.
    :ivar asked: a request was sent.
    :ivar error: nova did not say, or what it refused the request with.
    """

    instance: str
    at: datetime.datetime
    server: Instance | None = None
    asked: bool = False
    error: Exception | None = None


class Worklist:
    """Rows, nova's records, and what is under way in this process.

    :ivar waiting: pending instances whose turn it is not, each with the
        restart groups that it waits for, if it is for those.
    :ivar turn_at: when that may change by itself.
    :ivar urgent: instances to be looked at as soon as they arrive.
    :ivar hints: by instance, what to add should it be given up.
    :ivar told: what the history says of groups; None until it was read.
    :ivar alarms: what somebody has to know.
    :ivar chosen: the only instances to be tried again, since room for them
        may have appeared; None: all that have failed.
    """

    def __init__(self, recovery: Recovery, rows: Iterable[Evacuation]) -> None:
        self.recovery = recovery
        self.rows: dict[str, Evacuation] = {r.instance: r for r in rows}
        self.planned = False
        self.chosen: Collection[str] | None = None
        self.asking: set[str] = set()
        self.looking: set[str] = set()
        self.refusals: dict[str, Exception] = {}
        self.over_since: dict[str, datetime.datetime] = {}
        self.quickest: datetime.timedelta | None = None
        self.looked_at: datetime.datetime | None = None
        self.missing_since: dict[str, datetime.datetime] = {}
        self.followed_at: datetime.datetime | None = None
        self.choosing: set[str] = set()
        self.to_send: dict[str, str] = {}
        self.answers: queue.SimpleQueue[Answer | Look | Found | Restore] = (
            queue.SimpleQueue()
        )
        self.waiting: dict[str, Sequence[str]] = {}
        self.turn_at: datetime.datetime | None = None
        self.urgent: set[str] = set()
        self.hints: dict[str, str] = {}
        self.told: set[tuple[str, str]] | None = None
        self.alarms: list[str] = []
        self._records: dict[str, dict[int, Migration]] = {}
        self._changed: dict[str, Evacuation] = {}
        self._events: list[RecoveryEvent] = []
        self._troubles: list[tuple[datetime.datetime, str]] = []

    def merge(self, records: Iterable[Migration]) -> None:
        """Take nova's records in; newer readings replace older ones."""
        for record in records:
            self._records.setdefault(record.instance, {})[record.id] = record

    def records(self, instance: str) -> Sequence[Migration]:
        """Return the instance's records, oldest first."""
        by_id = self._records.get(instance, {})
        return [by_id[i] for i in sorted(by_id)]

    def record_count(self) -> int:
        """Return how many records are known."""
        return sum(len(by_id) for by_id in self._records.values())

    def record(self, row: Evacuation) -> Migration | None:
        """Return the record of the row's present attempt, if seen."""
        return following.record_of_attempt(row, self.records(row.instance))

    def targets(self) -> Collection[str]:
        """Return where nova is sending instances that have not ended."""
        rows = [
            r
            for r in self.rows.values()
            if r.state not in states.EVACUATION_ENDED
        ]
        going = {
            record.target
            for row in rows
            for record in following.unsettled(row, self.records(row.instance))
            if record.target and record.status not in following.OVER
        }
        return going | {row.target for row in self.restoring() if row.target}

    def under_way(self) -> int:
        """How many evacuations nova is working on."""
        return sum(
            following.occupies_window(row, self.record(row))
            for row in self.open()
        )

    def found_room(self) -> bool:
        """Whether one of those that are tried again is well elsewhere."""
        for row in self.rows.values():
            if self.chosen is not None and row.instance in self.chosen:
                record = self.record(row)
                if record and record.status in following.OVER_WELL:
                    return True
        return False

    def open(self) -> Sequence[Evacuation]:
        """Return what has been asked for and is not ended."""
        return [
            r for r in self.rows.values() if r.state in states.EVACUATION_OPEN
        ]

    def went_over(self, row: Evacuation, now: datetime.datetime) -> None:
        """Note when its record was first seen to be over."""
        if row.instance in self.over_since:
            return
        self.over_since[row.instance] = now
        if row.asked_at is not None:
            took = now - row.asked_at
            self.quickest = min(took, self.quickest or took)

    def restoring(self) -> Sequence[Evacuation]:
        """Return what has been evacuated and gets its snapshot back."""
        return [
            r
            for r in self.rows.values()
            if r.state is EvacuationState.RESTORING
        ]

    def askable(self) -> Sequence[Evacuation]:
        """Return all rows but those whose snapshot is not chosen yet."""
        return [r for r in self.rows.values() if not disks.is_to_be_chosen(r)]

    def unfinished(self) -> bool:
        """Whether any row has not ended."""
        return any(
            r.state not in states.EVACUATION_ENDED for r in self.rows.values()
        )

    def add(self, row: Evacuation) -> None:
        """Put a new row on the list."""
        self.rows[row.instance] = row
        self._changed[row.instance] = row

    def change(
        self,
        row: Evacuation,
        event: EvacuationEvent,
        now: datetime.datetime,
        message: str = '',
        **changes: Any,
    ) -> Evacuation:
        """Advance a row; it is written down by the next :meth:`unsaved`."""
        state = lifecycle.advance_evacuation(row.state, event)
        if state not in states.EVACUATION_ENDED:
            changes['ended_at'] = None
        new = dataclasses.replace(
            row, state=state, message=message, **({'ended_at': now} | changes)
        )
        self.rows[row.instance] = new
        self._changed[row.instance] = new
        self._event(row.instance, event.value, now, message)
        return new

    def amend(
        self,
        row: Evacuation,
        name: str,
        now: datetime.datetime,
        message: str = '',
        **changes: Any,
    ) -> Evacuation:
        """Change a row that stays in its state; a line tells it.

        :param name: of the line in the history.
        """
        new = dataclasses.replace(row, message=message, **changes)
        self.rows[row.instance] = self._changed[row.instance] = new
        self._event(row.instance, name, now, message)
        return new

    def take_back(self, asked: Iterable[Evacuation]) -> None:
        """Make rows pending again that could not be written down as asked.

        What else they went through in this tick stays and is saved next.
        """
        for row in asked:
            pending = dataclasses.replace(
                row,
                state=EvacuationState.PENDING,
                attempts=row.attempts - 1,
                asked_at=None,
            )
            self.rows[row.instance] = self._changed[row.instance] = pending
            self._events = [
                e
                for e in self._events
                if e.instance != row.instance or e.name != _ASKED
            ]

    def accepted(
        self, row: Evacuation, request_id: str, at: datetime.datetime
    ) -> None:
        """Note nova's word; the record is what counts."""
        new = dataclasses.replace(row, request_id=request_id)
        self.rows[row.instance] = self._changed[row.instance] = new
        self._event(row.instance, 'accepted', at, request_id)

    def note(self, name: str, at: datetime.datetime, message: str) -> None:
        """Add a line about the recovery itself to its history."""
        self._events.append(
            RecoveryEvent(
                recovery=self.recovery.uuid,
                at=at,
                name=name,
                state=self.recovery.state,
                message=message,
            )
        )

    def trouble(self, row: Evacuation, why: str) -> None:
        """Note that nova did not answer about it, or not in time."""
        if row.asked_at is not None:
            self._troubles.append((row.asked_at, why))

    def take_troubles(self) -> Sequence[tuple[datetime.datetime, str]]:
        """Return when was asked what has failed so, and how; once."""
        troubles, self._troubles = self._troubles, []
        return troubles

    def unsaved(
        self,
    ) -> tuple[Sequence[Evacuation], Sequence[RecoveryEvent]]:
        """Return what has changed since it was last saved."""
        return list(self._changed.values()), list(self._events)

    def saved(self) -> None:
        """The store has them."""
        self._changed.clear()
        self._events.clear()

    def summary(self) -> str:
        """Say in words how the evacuations ended."""
        count: dict[str, int] = {}
        for row in self.rows.values():
            count[row.state.value] = count.get(row.state.value, 0) + 1
        return _in_words(count) or 'no instances'

    def _event(
        self, instance: str, name: str, at: datetime.datetime, message: str
    ) -> None:
        self._events.append(
            RecoveryEvent(
                recovery=self.recovery.uuid,
                at=at,
                name=f'evacuation_{name}',
                state=self.recovery.state,
                message=message,
                instance=instance,
            )
        )


_ASKED = f'evacuation_{EvacuationEvent.ASKED.value}'


def _in_words(count: Mapping[str, int]) -> str:
    return ', '.join(f'{n} {word}' for word, n in sorted(count.items()))
