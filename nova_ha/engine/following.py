# SPDX-License-Identifier: Apache-2.0
"""Advances the rows by what nova's records and servers show."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
import datetime
import logging

from nova_ha.engine.arrivals import Arrivals
from nova_ha.engine.choosing import Chooser
from nova_ha.engine.disk_calls import DiskCalls
from nova_ha.engine.nova_calls import NovaCalls
from nova_ha.engine.restoring import Restorer
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.worklist import Answer
from nova_ha.engine.worklist import Found
from nova_ha.engine.worklist import Look
from nova_ha.engine.worklist import Restore
from nova_ha.engine.worklist import Worklist
from nova_ha.recovery import eligibility
from nova_ha.recovery import errors
from nova_ha.recovery import following
from nova_ha.recovery import parking
from nova_ha.recovery import ports
from nova_ha.recovery import restoring
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import Migration
from nova_ha.recovery.states import EvacuationEvent as Event
from nova_ha.recovery.states import EvacuationState as State

LOG = logging.getLogger(__name__)

MAX_BACKOFF = 60.0

FAULT_WITHIN = 2.0
"""Seconds; nova writes the server's fault a little after the record."""

TIMED_OUT = 'timed out'
"""In the fault of an instance when nova's own messages did not get through."""

SILENCE = 5.0
"""Seconds without a look at nova's records, after which nova may have hung
and have requests before it that it has not begun with."""


class Follower:
    """Reads answers, records and servers into the rows.

    :param excused: whether nova lacks what it evacuates with, so that what
        it ends badly was no attempt.
    """

    def __init__(
        self,
        calls: NovaCalls,
        disk_calls: DiskCalls,
        clock: ports.Clock,
        settings: SettingsSource,
        excused: Callable[[], bool] = lambda: False,
    ) -> None:
        self._excused = excused
        self._calls = calls
        self._chooser = Chooser(disk_calls, clock, settings)
        self._restorer = Restorer(disk_calls, clock, settings)
        self._arrivals = Arrivals(calls)
        self._clock = clock
        self._settings = settings

    def hear(self, work: Worklist) -> None:
        """Take in what the calls under way have brought."""
        while not work.answers.empty():
            answer = work.answers.get()
            row = work.rows[answer.instance]
            if isinstance(answer, Answer):
                work.asking.discard(answer.instance)
                self._answered(work, row, answer)
            elif isinstance(answer, Found):
                self._chooser.hear(work, row, answer)
            elif isinstance(answer, Restore):
                self._restorer.hear(work, row, answer)
            else:
                work.looking.discard(answer.instance)
                self._looked(work, row, answer)

    def follow(
        self, work: Worklist, fenced: Mapping[str, following.Fence]
    ) -> None:
        """Advance every open row by its record, freshly read.

        :param fenced: the last fence of each host that had one.
        """
        self._note_silence(work)
        for found in work.open():
            row = found
            record = work.record(row)
            if row.state is State.REQUESTED and record is not None:
                row = work.change(
                    row,
                    Event.RECORD_SEEN,
                    self._clock.now(),
                    migration=record.id,
                    target=record.target,
                )
            if row.state is State.MIGRATING:
                gone = following.fenced_since(row, fenced)
                self._migrating(work, row, record, gone)
            elif row.state is State.REQUESTED:
                self._unanswered(work, row)
        self._restorer.follow(work, fenced)
        self._chooser.look(work)
        self._arrivals.look(work, self._clock.now())

    def send(self, work: Worklist) -> None:
        """Send the rebuild requests that are on record now."""
        self._restorer.send(work)

    # What the requests brought.

    def _answered(
        self, work: Worklist, row: Evacuation, answer: Answer
    ) -> None:
        error = answer.error
        if error is None:
            work.accepted(row, answer.request_id, answer.at)
            # Nova may have taken its time: the record is due from now on.
            work.missing_since.pop(row.instance, None)
        elif row.state is not State.REQUESTED:
            LOG.info('%s: its record was quicker than: %s', row.name, error)
        elif isinstance(error, errors.ComputeNotFound):
            work.change(row, Event.SKIP, answer.at, 'it was deleted')
        elif isinstance(error, errors.ComputeRefused):
            work.refusals[row.instance] = error
            self._calls.look(work, row)
        elif isinstance(error, errors.UnsafeRequest):
            self._not_sent(work, row, error, answer.at)
        else:
            # Nova may or may not have taken it: its record will tell.
            work.missing_since.pop(row.instance, None)
            LOG.warning('%s: no answer to evacuate: %s', row.name, error)
            work.trouble(row, str(error))

    def _note_silence(self, work: Worklist) -> None:
        """Begin to wait for records anew if nova has not answered for long."""
        now = self._clock.now()
        last, work.followed_at = work.followed_at or now, now
        longest = SILENCE + 2 * self._settings().poll_interval
        if (now - last).total_seconds() > longest:
            work.missing_since.clear()

    def _unanswered(self, work: Worklist, row: Evacuation) -> None:
        """A request without a record: wait, then take it as not accepted."""
        if row.instance in work.asking:
            return
        if row.instance in work.refusals:
            self._calls.look(work, row)
            return
        now = self._clock.now()
        # Not since it was sent: a nova that hung has not begun with what
        # waits for it when it answers again.
        since = work.missing_since.setdefault(row.instance, now)
        if (now - since).total_seconds() >= self._settings().settle:
            self._settle_row(
                work,
                row,
                Event.NEVER_ACCEPTED,
                now,
                'nova has no record of the request; asking again',
                attempts=row.attempts - 1,
            )

    def _not_sent(
        self,
        work: Worklist,
        row: Evacuation,
        error: Exception,
        now: datetime.datetime,
    ) -> None:
        self._settle_row(
            work,
            row,
            Event.NEVER_ACCEPTED,
            now,
            str(error),
            attempts=row.attempts - 1,
        )

    # What the records say.

    def _migrating(
        self,
        work: Worklist,
        row: Evacuation,
        record: Migration | None,
        fenced: Collection[str],
    ) -> None:
        now = self._clock.now()
        over = record is not None and record.status in following.OVER
        if record and not over and following.lost_target(record, fenced):
            why = f'its target {record.target} was fenced'
            # Its record stays as it is for ever; it is settled all the same.
            # Nothing is to be waited for either: another target is well.
            self._again(
                work, row, why, now, last_migration=record.id, not_before=now
            )
        elif following.waited(row, self._settings().timeout, now):
            self._too_long(work, row, record, now)
        elif over:
            work.went_over(row, now)
            if record and record.status in following.OVER_BADLY:
                self._calls.look(work, row)
        # Else nova works on it, or has lost it: the time-out ends that.

    def _too_long(
        self,
        work: Worklist,
        row: Evacuation,
        record: Migration | None,
        now: datetime.datetime,
    ) -> None:
        known = (
            'nova has no record of it'
            if record is None
            else f'nova has record {record.id} as {record.raw_status}, '
            f'target {record.target}'
        )
        seconds = self._settings().timeout
        why = f'not over after {seconds:.0f} s: {known}'
        work.trouble(row, why)
        self._settle_row(work, row, Event.GAVE_UP, now, why)

    # What the servers say.

    def _looked(self, work: Worklist, row: Evacuation, look: Look) -> None:
        if row.state not in (State.REQUESTED, State.MIGRATING):
            return
        if look.error is not None:
            LOG.warning('%s: could not be looked at: %s', row.name, look.error)
        elif look.server is None:
            self._settle_row(work, row, Event.SKIP, look.at, 'it was deleted')
        elif row.instance in work.refusals:
            self._refused(work, row, look.server, look.at)
        else:
            self._judge(work, row, look.server, look.at)

    def _refused(
        self,
        work: Worklist,
        row: Evacuation,
        server: Instance,
        now: datetime.datetime,
    ) -> None:
        """Nova said no: because it is done, cannot be, or not now."""
        why = str(work.refusals[row.instance])
        if following.arrived_changed(row, server):
            self._confirm(work, row, server, now)
        elif eligibility.obstacle(server, row.reset_state) is not None:
            self._settle_row(work, row, Event.SKIP, now, why)
        elif self._is_last(work, row, why):
            why = parking.worded(why)
            self._settle_row(work, row, Event.GAVE_UP, now, why)
        else:
            self._settle_row(
                work,
                row,
                Event.NEVER_ACCEPTED,
                now,
                why,
                not_before=now + self._backoff(row),
                vm_state=(
                    server.vm_state
                    if eligibility.is_to_be_reset(row, server)
                    else row.vm_state
                ),
            )

    def _judge(
        self,
        work: Worklist,
        row: Evacuation,
        server: Instance,
        now: datetime.datetime,
    ) -> None:
        record = work.record(row)
        if record is None:
            return
        if record.status in following.OVER_BADLY:
            if server.fault or self._over_for(work, row, now) >= FAULT_WITHIN:
                words = f'nova ended record {record.id} as {record.raw_status}'
                self._again(work, row, server.fault or words, now)
        elif following.arrived(row, server):
            self._confirm(work, row, server, now, eligibility.remark(row))
        elif self._is_settled(work, row, now):
            self._unexpected(work, row, server, now)

    def _unexpected(
        self,
        work: Worklist,
        row: Evacuation,
        server: Instance,
        now: datetime.datetime,
    ) -> None:
        """Its record is over for a while, but it is not as expected."""
        if following.arrived_changed(row, server):
            self._confirm(
                work,
                row,
                server,
                now,
                f'is {server.vm_state} there, was {row.vm_state}',
            )
        elif server.host != row.source and server.vm_state == 'error':
            self._settle_row(
                work,
                row,
                Event.GAVE_UP,
                now,
                f'is on {server.host} in error: {server.fault or "no fault"}',
                target=server.host,
            )

    # Ends.

    def _again(
        self,
        work: Worklist,
        row: Evacuation,
        why: str,
        now: datetime.datetime,
        **changes: object,
    ) -> None:
        if TIMED_OUT in why.lower():
            work.trouble(row, why)
        if self._excused():
            changes['attempts'] = row.attempts - 1
        elif self._is_last(work, row, why):
            told = _with_hints(work, row, parking.worded(why))
            self._settle_row(work, row, Event.GAVE_UP, now, told, **changes)
            return
        changes.setdefault('not_before', now + self._backoff(row))
        self._settle_row(work, row, Event.ATTEMPT_FAILED, now, why, **changes)

    def _is_last(self, work: Worklist, row: Evacuation, why: str) -> bool:
        """Whether this was the last attempt for now.

        What is only tried because there may be room is tried once.
        """
        if row.attempts >= self._settings().attempts:
            return True
        return work.chosen is not None and parking.is_for_want_of_room(why)

    def _confirm(
        self,
        work: Worklist,
        row: Evacuation,
        server: Instance,
        now: datetime.datetime,
        message: str = '',
    ) -> None:
        if restoring.is_to_be_restored(row, server):
            self._settle_row(
                work,
                row,
                Event.RESTORE_BEGUN,
                now,
                message,
                target=server.host,
                not_before=None,
            )
            return
        self._settle_row(
            work,
            row,
            Event.CONFIRMED,
            now,
            message,
            target=server.host,
            ended_at=work.over_since.get(row.instance, now),
        )

    @staticmethod
    def _settle_row(
        work: Worklist,
        row: Evacuation,
        event: Event,
        now: datetime.datetime,
        message: str,
        **changes: object,
    ) -> None:
        work.refusals.pop(row.instance, None)
        work.over_since.pop(row.instance, None)
        work.missing_since.pop(row.instance, None)
        work.change(row, event, now, message, **changes)

    def _is_settled(
        self, work: Worklist, row: Evacuation, now: datetime.datetime
    ) -> bool:
        return self._over_for(work, row, now) >= self._settings().settle

    @staticmethod
    def _over_for(
        work: Worklist, row: Evacuation, now: datetime.datetime
    ) -> float:
        """Seconds since the row's record was first seen over."""
        since = work.over_since.get(row.instance, now)
        return (now - since).total_seconds()

    def _backoff(self, row: Evacuation) -> datetime.timedelta:
        seconds: float = self._settings().backoff * 2.0 ** max(
            0, row.attempts - 1
        )
        return datetime.timedelta(seconds=min(seconds, MAX_BACKOFF))


def _with_hints(work: Worklist, row: Evacuation, why: str) -> str:
    """Add what else is known about why it was not evacuated."""
    hint = work.hints.get(row.instance, '')
    former = eligibility.left_behind(row)
    return '; '.join(part for part in (why, hint, former) if part)
