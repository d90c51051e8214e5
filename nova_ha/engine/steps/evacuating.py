# SPDX-License-Identifier: Apache-2.0
"""evacuating: ask nova for each instance, a few at a time, to the end.

One tick: hear what the last calls brought; read nova's records (one query
for the whole host); advance every row; fill the window; write all of it
down; only then send the new requests. A request is on record before it is
sent, so a crash at any point can at worst make us look for its record.
"""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime
import logging

from nova_ha.engine.cadence import Cadence
from nova_ha.engine.capacity_watch import CapacityWatch
from nova_ha.engine.disk_calls import DiskCalls
from nova_ha.engine.fenced_hosts import FencedHosts
from nova_ha.engine.first_look import FirstLook
from nova_ha.engine.following import Follower
from nova_ha.engine.guards import Guards
from nova_ha.engine.incoming import Incoming
from nova_ha.engine.nova_calls import NovaCalls
from nova_ha.engine.outcome import Outcome
from nova_ha.engine.pacing import Pacing
from nova_ha.engine.planning import Planner
from nova_ha.engine.restoring import LOOK_EVERY
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.turns import Turns
from nova_ha.engine.worklist import Worklist
from nova_ha.engine.world import World
from nova_ha.recovery import disks
from nova_ha.recovery import eligibility
from nova_ha.recovery import errors
from nova_ha.recovery import following
from nova_ha.recovery import ordering
from nova_ha.recovery import parking
from nova_ha.recovery import safety
from nova_ha.recovery import states
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import EvacuationEvent
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import Event
from nova_ha.recovery.states import MigrationStatus

LOG = logging.getLogger(__name__)

OVERLAP = datetime.timedelta(seconds=30)
"""Records changed this long before the last query are read again: nova's
clock and ours may differ."""

FULL_EVERY = 10.0
"""Seconds after which all records are read again, whatever the clocks say."""

FEW = 200
"""Up to so many records a full read costs no more than a look for changes."""

IDLE = 2.0
"""Seconds until the next look when only back-offs are waited for."""


@dataclasses.dataclass(frozen=True, slots=True)
class Means:
    """What the step works with, beside the world.

    :ivar calls: requests about single instances.
    :ivar first_look: what was asked for in advance.
    :ivar disk_calls: requests about snapshots.
    :ivar turns: whose turn it is.
    :ivar pacing: how many may be under way.
    :ivar capacity: sees room appear for those that found none.
    :ivar guards: may stop further requests.
    :ivar in_doubt: whether nova-compute may run on a host, so that nothing
        more is asked until that is known.
    """

    calls: NovaCalls
    first_look: FirstLook
    disk_calls: DiskCalls
    turns: Turns
    pacing: Pacing
    capacity: CapacityWatch
    guards: Guards
    in_doubt: Callable[[str], bool]


class Evacuating:
    """Keeps the window full until every row has ended."""

    def __init__(
        self, world: World, means: Means, settings: SettingsSource
    ) -> None:
        self._guards = means.guards
        self._in_doubt = means.in_doubt
        self._store = world.store
        self._compute = world.compute
        self._fences = FencedHosts(world.store, world.clock)
        self._incoming = Incoming(world.store, world.compute)
        self._calls = means.calls
        self._clock = world.clock
        self._settings = settings
        self._first_look = means.first_look
        self._turns = means.turns
        self._pacing = means.pacing
        self._capacity = means.capacity
        self._planner = Planner(
            world.compute, world.policy, means.first_look, world.clock
        )
        self._cadence = Cadence(world.clock, settings)
        self._follower = Follower(
            means.calls,
            means.disk_calls,
            world.clock,
            settings,
            means.guards.control_plane_is_down,
        )
        self._work: dict[str, Worklist] = {}
        self._queried: dict[str, float] = {}
        self._queried_all: dict[str, float] = {}

    def run(self, recovery: Recovery) -> Outcome:
        """Take one tick; see :class:`~nova_ha.engine.outcome.Step`."""
        proof = safety.require_off_proof(recovery)
        work = self._worklist(recovery)
        self._follower.hear(work)
        asked: Sequence[Evacuation] = ()
        pause = self._guards.pauses(recovery)
        if not work.planned or (work.unfinished() and self._is_due(work)):
            self._read_records(work)
            self._plan(work)
            active = self._store.recoveries(active=True)
            fenced = self._fences.look(recovery, work.targets(), active)
            self._follower.follow(work, fenced)
            self._pacing.see(work)
            self._capacity.note(work)
            if not pause:
                asked = self._fill_window(work, fenced, active)
        try:
            self._save(work)
        except errors.StoreError:
            work.take_back(asked)  # not on record, so not asked
            raise
        self._pacing.asked(work, asked)
        for row in asked:
            self._calls.ask(work, row, proof)
        self._turns.asked(recovery.uuid)
        self._follower.send(work)
        if work.unfinished() and pause:
            return self._held(work, pause)
        if work.unfinished():
            return self._go_on(work)
        return self._conclude(work)

    def forget(self, uuid: str) -> None:
        """Drop what is remembered of a recovery."""
        self._work.pop(uuid, None)
        self._queried.pop(uuid, None)
        self._cadence.forget(uuid)
        self._queried_all.pop(uuid, None)
        self._first_look.forget(uuid)
        self._turns.forget(uuid)
        self._pacing.forget(uuid)

    def _worklist(self, recovery: Recovery) -> Worklist:
        work = self._work.get(recovery.uuid)
        if work is None:
            rows = self._store.evacuations(recovery.uuid)
            work = Worklist(recovery, rows)
            self._work[recovery.uuid] = work
        if work.recovery.state_since != recovery.state_since:
            work.planned = False  # the host was fenced again meanwhile
        work.recovery = recovery
        return work

    def _plan(self, work: Worklist) -> None:
        """See which instances there are, at the beginning of an incident.

        After the records are read: the list is still being made then.
        """
        if not work.planned:
            work.chosen = self._chosen(work)
            self._planner.plan(work)
            work.planned = True

    def _chosen(self, work: Worklist) -> Collection[str] | None:
        """Return what the retry is about that led here; None: everything."""
        if not parking.parked(work.rows.values()):
            return None
        history = self._store.events(work.recovery.uuid)
        return parking.chosen(work.rows.values(), history)

    def _is_due(self, work: Worklist) -> bool:
        uuid = work.recovery.uuid
        return self._cadence.is_due(uuid) or self._turns.has_news(uuid)

    def _read_records(self, work: Worklist) -> None:
        """Read nova's records; of many, only what may have changed.

        Nova's changes-since does not see a record nobody has touched since
        it was made (its updated_at is empty), so those are read beside.
        """
        uuid = work.recovery.uuid
        try:
            self._query(work)
        except errors.ComputeUnavailable as e:
            self._pacing.silent(self._cadence.last_answer(uuid), str(e))
            raise
        self._cadence.answered(uuid)

    def _query(self, work: Worklist) -> None:
        uuid, host = work.recovery.uuid, work.recovery.host
        started = self._clock.monotonic()
        last_full = self._queried_all.get(uuid, started - FULL_EVERY)
        if work.record_count() > FEW and started - last_full < FULL_EVERY:
            elapsed = datetime.timedelta(seconds=started - self._queried[uuid])
            since = self._clock.now() - OVERLAP - elapsed
            work.merge(self._compute.migrations(host, since))
            untouched = {MigrationStatus.ACCEPTED}
            work.merge(self._compute.migrations(host, statuses=untouched))
        elif work.planned:
            work.merge(self._compute.migrations(host))
            self._queried_all[uuid] = started
        else:
            work.merge(self._first_look.records(work.recovery))
            self._queried_all[uuid] = started
        self._queried[uuid] = started

    def _fill_window(
        self,
        work: Worklist,
        fenced: Mapping[str, following.Fence],
        active: Sequence[Recovery],
    ) -> Sequence[Evacuation]:
        """Return the rows to ask for now, advanced to ``requested``."""
        if self._in_doubt(work.recovery.host):
            # nova-compute may run there: whoever looks tells soon.
            self._pacing.room(work, 0, active)
            return []
        now = self._clock.now()
        rows = self._turns.take(work, active)
        due = ordering.next_batch(rows, 0, len(rows), now)
        batch = due[: self._room(work, len(due), active)]
        asked = []
        for row in batch:
            records = work.records(row.instance)
            gone = following.fenced_since(row, fenced)
            unsettled = following.unsettled(row, records)
            live = safety.live_record(unsettled, gone)
            if live is not None:  # somebody else was quicker: follow it
                work.change(
                    row,
                    EvacuationEvent.RECORD_SEEN,
                    now,
                    f'nova is evacuating it already (record {live.id})',
                    migration=live.id,
                    last_migration=live.id - 1,
                    asked_at=now,
                )
            elif row.instance in work.asking:
                continue  # the answer to the last request is still to come
            elif safety.may_evacuate(row, unsettled, gone):
                asked.append(
                    work.change(
                        row,
                        EvacuationEvent.ASKED,
                        now,
                        eligibility.beforehand(row),
                        attempts=row.attempts + 1,
                        last_migration=max((r.id for r in records), default=0),
                        migration=None,
                        asked_at=now,
                        not_before=None,
                    )
                )
        return asked

    def _room(
        self, work: Worklist, waiting: int, active: Sequence[Recovery]
    ) -> int:
        """Return how many may be asked for now."""
        if work.chosen is not None and not work.found_room():
            # One after the other, so that the first in order gets what room
            # there is.
            waiting = min(waiting, max(0, 1 - work.under_way()))
        return min(waiting, self._pacing.room(work, waiting, active))

    def _save(self, work: Worklist) -> None:
        rows, events = work.unsaved()
        if not rows and not events:
            return
        recovery = work.recovery
        self._store.save_evacuations(
            recovery.uuid,
            self._settings().owner,
            rows,
            events,
            recovery.generation,
        )
        work.saved()
        for row in rows:
            if row.state in states.EVACUATION_ENDED:
                LOG.info(
                    'Recovery %s: %s (%s) %s %s',
                    recovery.uuid,
                    row.instance,
                    row.name,
                    row.state.value,
                    row.message or f'on {row.target}',
                )

    def _go_on(self, work: Worklist) -> Outcome:
        alarm = '; '.join(work.alarms) or self._standstill(work)
        work.alarms.clear()
        return Outcome(
            after=self._pause(work), message=_waits(work), alarm=alarm
        )

    def _held(self, work: Worklist, why: str) -> Outcome:
        """Ask for no more; what nova works on is seen to its end first."""
        if work.open() or work.asking:
            return Outcome(after=self._pause(work), message=why, alarm=why)
        return Outcome(Event.GUARD_HELD, message=why, alarm=why)

    def _pause(self, work: Worklist) -> float:
        if work.open() and len(work.open()) == len(work.restoring()):
            return min(IDLE, LOOK_EVERY)
        due = self._cadence.until_due(work.recovery.uuid)
        moments = [ordering.wait_until(work.rows.values()), work.turn_at]
        known = [moment for moment in moments if moment is not None]
        if not known or work.open() or work.asking:
            return due
        left = (min(known) - self._clock.now()).total_seconds()
        return min(max(left, due), IDLE)

    def _standstill(self, work: Worklist) -> str:
        """Return an alarm when nothing has ended for longer than anything
        may take: nova refuses, or forgets, all that is asked.
        """
        last = max(
            (r.ended_at for r in work.rows.values() if r.ended_at),
            default=work.recovery.state_since,
        )
        last = max(last, work.recovery.state_since)
        if any(work.waiting.values()) and not work.open():
            return ''  # a restart group is waited for; its time is limited
        seconds = self._settings().timeout + self._settings().settle
        if (self._clock.now() - last).total_seconds() < seconds:
            return ''
        return f'no evacuation has ended for more than {seconds:.0f} s'

    def _conclude(self, work: Worklist) -> Outcome:
        """End, unless instances have turned up that were not there before."""
        self._planner.plan(work)
        self._save(work)
        if work.unfinished():
            return Outcome(after=0.0)
        waits = self._incoming.why_wait(work.recovery)
        if waits:
            return Outcome(after=IDLE, message=waits)
        failed = any(
            r.state is EvacuationState.FAILED for r in work.rows.values()
        )
        summary = work.summary()
        if failed:
            return Outcome(
                Event.SOME_LEFT_BEHIND, message=summary, alarm=summary
            )
        return Outcome(
            Event.ALL_ACCOUNTED_FOR,
            message=summary,
            alarm=disks.stranded(work.rows.values()),
        )


def _waits(work: Worklist) -> str:
    """Say which restart groups are waited for, or that none is any more."""
    names = sorted(
        {name for before in work.waiting.values() for name in before}
    )
    if names:
        return f'{_WAITS}{", ".join(names)}'
    return _NO_LONGER if work.recovery.message.startswith(_WAITS) else ''


_WAITS = 'waits for restart group '
_NO_LONGER = 'no restart group is waited for any more'
