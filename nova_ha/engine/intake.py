# SPDX-License-Identifier: Apache-2.0
"""Fence requests: powers off, writes down, and answers only what is true.

The power-off begins before anything else is asked of anybody: no database,
no nova and no guard can hold it up. "Fenced" is answered when off is
verified and the incident is durable (promise 7).
"""

from collections.abc import Callable
from collections.abc import Sequence
from concurrent import futures
import dataclasses
import datetime
import logging
from typing import Any

from nova_ha.engine.fences import Fences
from nova_ha.engine.journal import Journal
from nova_ha.engine.precautions import Precautions
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery import power_on
from nova_ha.recovery import safety
from nova_ha.recovery import states
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import FenceRecord
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import Event
from nova_ha.recovery.states import RecoveryState

LOG = logging.getLogger(__name__)

RACES = 5
"""How often a write is tried again that somebody else's was quicker than."""

_OVERTAKEN = (
    errors.StaleRecovery,
    errors.ActiveRecoveryExists,
    # Another controller took it up between our reading and our writing; as
    # read again it is written in that one's name.
    errors.NotOwner,
)

_BEGINS_FENCING = frozenset(
    {
        RecoveryState.REQUESTED,
        RecoveryState.FENCE_FAILED,
        RecoveryState.RETURNING,
    }
)


@dataclasses.dataclass(frozen=True, slots=True)
class Fenced:
    """The answer to a fence request.

    :ivar recovery: None while it is only in the spool.
    """

    proof: OffProof
    recovery: Recovery | None


class Intake:
    """Takes fence requests in.

    :param beside: what is begun beside each power-off; must not wait.
    """

    def __init__(
        self,
        world: World,
        fences: Fences,
        beside: Sequence[Callable[[Host], None]],
        journal: Journal,
        background: futures.Executor,
        wake: Callable[[str], None],
        precautions: Precautions,
    ) -> None:
        self._precautions = precautions
        self._hosts = world.hosts
        self._store = world.store
        self._spool = world.spool
        self._clock = world.clock
        self._fences = fences
        self._beside = beside
        self._journal = journal
        self._background = background
        self._wake = wake

    def fence(
        self,
        name: str,
        origin: str,
        reason: str,
        deadline: Deadline,
        power_on: bool = False,
    ) -> Fenced:
        """Return once the host is off for sure and that is on record.

        :param name: nova's or Pacemaker's name of the host.
        :param power_on: it shall be powered on again, later.
        :raises UnknownHost: the hosts file does not name it.
        :raises ObserveOnly: the mode is observe; nothing was done.
        :raises PowerError: off was not verified before the deadline.
        :raises StoreUnavailable: neither store nor spool could take it;
            the host may be off, but nobody may be told so.
        """
        host = self._hosts.get(name)
        self._precautions.before_power_off(host, origin, reason)
        since = self._clock.now()
        self._fences.start(host, deadline)
        # Nobody waits: a dead cluster delays no answer, nor does a dead nova.
        for begin in self._beside:
            begin(host)
        wish = since if power_on else None
        begun = self._begin(host.name, origin, reason, since, wish)
        try:
            proof = self._fences.off(host, deadline, since)
        except errors.PowerError as e:
            if begun is not None:
                self._failed(begun, str(e))
            raise
        record = FenceRecord(host.name, origin, reason, since, proof, wish)
        recovery = None if begun is None else self._record_or_none(record)
        if recovery is None:
            self._spool.put(record)
        if not safety.may_answer_fenced(
            proof, recovery, spooled=recovery is None
        ):
            raise errors.StoreUnavailable(
                f'{host.name} is off, but its recovery moved on under us'
            )
        if recovery is not None:
            self._wake(recovery.uuid)
        return Fenced(proof, recovery)

    def record(
        self,
        record: FenceRecord,
        sealed_at: datetime.datetime | None = None,
    ) -> Recovery:
        """Bring a verified power-off into the store.

        :param sealed_at: since when the gate holds; None: not known.
        :raises StoreUnavailable: the store is away.
        """
        for _ in range(RACES):
            try:
                recovery = self._store.active(record.host)
                if recovery is None:
                    recovery = self._journal.open(
                        record.host,
                        record.origin,
                        record.reason,
                        record.requested_at,
                    )
                return self._prove(recovery, record, sealed_at)
            except _OVERTAKEN:
                continue
        raise errors.StoreUnavailable(
            f'the recovery of {record.host} is being written by others all '
            'the time'
        )

    def wish(self, record: FenceRecord) -> None:
        """See that the wish for power of a spooled record is not lost."""
        at = record.power_on_asked_at
        recovery = self._store.active(record.host)
        if at is None or recovery is None or power_on.is_moot(recovery.state):
            return
        if (recovery.power_on_asked_at or record.requested_at) < at:
            self._journal.amend(recovery, **_wish(at))

    def fence_again(
        self,
        name: str,
        origin: str,
        reason: str,
        wish: datetime.datetime | None = None,
    ) -> Recovery:
        """Begin an incident whose off nobody can prove: its host is fenced.

        :raises StoreError: it could not be written down.
        """
        now = self._clock.now()
        recovery = self._journal.open(
            name, origin, reason, now, power_on_asked_at=wish
        )
        self._wake(recovery.uuid)
        return recovery

    def answered(self, recovery: Recovery) -> None:
        """Put on record, behind the caller's back, that it has its answer."""
        self._background.submit(
            self._note_answered, recovery, self._clock.now()
        )

    def _begin(
        self,
        host: str,
        origin: str,
        reason: str,
        since: datetime.datetime,
        wish: datetime.datetime | None,
    ) -> Recovery | None:
        """Write the request down while the power-off runs, if possible."""
        for _ in range(RACES):
            try:
                recovery = self._store.active(host)
                if recovery is None:
                    return self._journal.open(
                        host, origin, reason, since, power_on_asked_at=wish
                    )
                if recovery.state in _BEGINS_FENCING:
                    return self._journal.move(
                        recovery,
                        Event.FENCE_REQUESTED,
                        message=reason,
                        fencing_since=_incident_since(recovery, since),
                        off_proof=None,
                        **_wish(wish),
                    )
                return recovery
            except _OVERTAKEN:
                continue
            except errors.StoreError as e:
                LOG.error(
                    'The fencing of %s cannot be written down now, it goes '
                    'on all the same: %s',
                    host,
                    e,
                )
                return None
        return None

    def _record_or_none(self, record: FenceRecord) -> Recovery | None:
        try:
            return self.record(record)
        except errors.StoreError as e:
            LOG.error(
                '%s is off; the store cannot take that in, so it goes to '
                'the spool: %s',
                record.host,
                e,
            )
            return None

    def _prove(
        self,
        recovery: Recovery,
        record: FenceRecord,
        sealed_at: datetime.datetime | None,
    ) -> Recovery:
        proof = record.off_proof
        if recovery.state in (
            RecoveryState.FENCING,
            RecoveryState.FENCE_FAILED,
        ):
            if not safety.proves(proof, recovery):
                return recovery  # it has been seen running since
            return self._advance(
                recovery, record, Event.OFF_VERIFIED, sealed_at=sealed_at
            )
        since = min(record.requested_at, proof.verified_at)
        if recovery.state in _BEGINS_FENCING:
            return self._advance(
                recovery,
                record,
                Event.FENCE_REQUESTED,
                Event.OFF_VERIFIED,
                fencing_since=since,
                sealed_at=sealed_at,
            )
        if _starts_over(recovery, proof):
            return self._advance(
                recovery,
                record,
                Event.OFF_LOST,
                Event.OFF_VERIFIED,
                fencing_since=since,
            )
        return self._repeat(recovery, record)

    def _advance(
        self,
        recovery: Recovery,
        record: FenceRecord,
        *events: Event,
        **changes: datetime.datetime | None,
    ) -> Recovery:
        proof = record.off_proof
        return self._journal.move(
            recovery,
            *events,
            at=proof.verified_at,
            message=f'off: {proof.witness}',
            off_proof=proof,
            **_wish(record.power_on_asked_at),
            **changes,
        )

    def _repeat(self, recovery: Recovery, record: FenceRecord) -> Recovery:
        """Answer a repeated request with the incident that is under way."""
        proof = recovery.off_proof
        if _is_newer(record.off_proof, recovery):
            proof = record.off_proof
        return self._journal.move(
            recovery,
            Event.FENCE_REQUESTED,
            message=recovery.message or record.reason,
            off_proof=proof,
            **_wish(record.power_on_asked_at),
        )

    def _note_answered(
        self, recovery: Recovery, at: datetime.datetime
    ) -> None:
        try:
            self._journal.note(recovery, 'fence_answered', at)
        except errors.StoreError as e:
            LOG.warning('%s: not written down: %s', recovery.host, e)

    def _failed(self, recovery: Recovery, why: str) -> None:
        try:
            current = self._store.get(recovery.uuid)
            if current.state is RecoveryState.FENCING:
                failed = self._journal.move(
                    current, Event.FENCING_FAILED, message=why
                )
                self._journal.alarm(failed, why)
        except errors.StoreError as e:
            LOG.error('%s: not written down: %s', recovery.host, e)


def _wish(at: datetime.datetime | None) -> dict[str, Any]:
    """Return the change that a wish for power makes; an off makes none."""
    return {} if at is None else {'power_on_asked_at': at}


def _incident_since(
    recovery: Recovery, asked_at: datetime.datetime
) -> datetime.datetime:
    """Return when the incident began that this request is about.

    A host that was coming back has failed anew. Asked again after a fencing
    that failed, it is still the same: what has proven it off in between
    (a person's word to Pacemaker) counts.
    """
    if recovery.state is RecoveryState.RETURNING:
        return asked_at
    return recovery.fencing_since


def _is_newer(proof: OffProof, recovery: Recovery) -> bool:
    """Whether the recovery does not know the proof or a later one."""
    known = recovery.off_proof
    return known is None or proof.verified_at > known.verified_at


def _starts_over(recovery: Recovery, proof: OffProof) -> bool:
    """Whether the host may have run since it was last proven off.

    Several requests may share one power-off: the first to write it down
    has told its story. A witness that cannot know (``was_running`` None) is
    believed only while the incident is young: later on the host may have
    come back and failed again.
    """
    if not _is_newer(proof, recovery):
        return False
    if proof.was_running is None:
        return recovery.state not in states.NEEDS_OFF
    return proof.was_running
