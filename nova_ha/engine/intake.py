# SPDX-License-Identifier: Apache-2.0
"""Fence requests: powers off, writes down, and answers only what is true.

The power-off begins before anything else is asked of anybody: no database,
no nova and no guard can hold it up. "Fenced" is answered when off is
verified and the incident is durable (promise 7).
"""

from collections.abc import Callable
from concurrent import futures
import dataclasses
import datetime
import logging

from nova_ha.engine.fences import Fences
from nova_ha.engine.journal import Journal
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery import safety
from nova_ha.recovery import states
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import FenceRecord
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
    """Takes fence requests in."""

    def __init__(
        self,
        world: World,
        fences: Fences,
        journal: Journal,
        background: futures.Executor,
        wake: Callable[[str], None],
    ) -> None:
        self._hosts = world.hosts
        self._store = world.store
        self._spool = world.spool
        self._clock = world.clock
        self._fences = fences
        self._journal = journal
        self._background = background
        self._wake = wake

    def fence(
        self, name: str, origin: str, reason: str, deadline: Deadline
    ) -> Fenced:
        """Return once the host is off for sure and that is on record.

        :param name: nova's or Pacemaker's name of the host.
        :raises UnknownHost: the hosts file does not name it.
        :raises PowerError: off was not verified before the deadline.
        :raises StoreUnavailable: neither store nor spool could take it;
            the host may be off, but nobody may be told so.
        """
        host = self._hosts.get(name)
        since = self._clock.now()
        self._fences.start(host, deadline)
        begun = self._begin(host.name, origin, reason, since)
        try:
            proof = self._fences.off(host, deadline, since)
        except errors.PowerError as e:
            if begun is not None:
                self._failed(begun, str(e))
            raise
        record = FenceRecord(host.name, origin, reason, since, proof)
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

    def record(self, record: FenceRecord) -> Recovery:
        """Bring a verified power-off into the store.

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
                return self._prove(recovery, record)
            except _OVERTAKEN:
                continue
        raise errors.StoreUnavailable(
            f'the recovery of {record.host} is being written by others all '
            'the time'
        )

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
    ) -> Recovery | None:
        """Write the request down while the power-off runs, if possible."""
        for _ in range(RACES):
            try:
                recovery = self._store.active(host)
                if recovery is None:
                    return self._journal.open(host, origin, reason, since)
                if recovery.state in _BEGINS_FENCING:
                    return self._journal.move(
                        recovery,
                        Event.FENCE_REQUESTED,
                        message=reason,
                        fencing_since=since,
                        off_proof=None,
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

    def _prove(self, recovery: Recovery, record: FenceRecord) -> Recovery:
        proof = record.off_proof
        if recovery.state in (
            RecoveryState.FENCING,
            RecoveryState.FENCE_FAILED,
        ):
            if not safety.proves(proof, recovery):
                return recovery  # it has been seen running since
            return self._advance(recovery, proof, Event.OFF_VERIFIED)
        since = min(record.requested_at, proof.verified_at)
        if recovery.state in _BEGINS_FENCING:
            return self._advance(
                recovery,
                proof,
                Event.FENCE_REQUESTED,
                Event.OFF_VERIFIED,
                fencing_since=since,
            )
        if _starts_over(recovery, proof):
            return self._advance(
                recovery,
                proof,
                Event.OFF_LOST,
                Event.OFF_VERIFIED,
                fencing_since=since,
            )
        return self._repeat(recovery, record)

    def _advance(
        self,
        recovery: Recovery,
        proof: OffProof,
        *events: Event,
        **changes: datetime.datetime,
    ) -> Recovery:
        return self._journal.move(
            recovery,
            *events,
            at=proof.verified_at,
            message=f'off: {proof.witness}',
            off_proof=proof,
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
