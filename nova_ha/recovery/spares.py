# SPDX-License-Identifier: Apache-2.0
"""Spares: which reserved host may stand in for a failed one, and how long.

Pure: everything is decided from what nova, the hosts file and the store say.
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime
import enum

from nova_ha.recovery.model import Aggregate
from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import ServiceMark
from nova_ha.recovery.states import RecoveryState


class LoanState(enum.Enum):
    """Where the loan of a spare stands."""

    TAKING = 'taking'
    """On record; nova is being told."""

    LENT = 'lent'
    """In the failed host's aggregates, and enabled."""

    IN_USE = 'in_use'
    """To be given back, but instances run on it: it stays as it is."""

    GIVING_BACK = 'giving_back'
    """Disabled again; leaves the aggregates once it is empty."""

    RETURNED = 'returned'
    """What we had changed is undone: the end."""

    KEPT = 'kept'
    """An operator keeps it as it is; nothing is undone: the end."""


ENDED = frozenset({LoanState.RETURNED, LoanState.KEPT})
"""Such a loan says nothing about the spare any more."""

MAY_BE_GIVEN_BACK = frozenset(
    {LoanState.TAKING, LoanState.LENT, LoanState.IN_USE}
)
"""Open loans that are not on their way back yet."""


@dataclasses.dataclass(frozen=True, slots=True)
class Joined:
    """An aggregate that the spare was not in.

    :ivar name: as it was, for people to read.
    """

    id: int
    name: str


@dataclasses.dataclass(frozen=True, slots=True)
class Undo:
    """What is changed for a loan, written down before the first change.

    :ivar disabled_reason: the one the operator had given; with it the spare
        is disabled again.
    :ivar joined: where it is added, and removed again.
    :ivar enabled: it is enabled; False as soon as that is undone, for
        whoever enables it later does so for himself.
    """

    disabled_reason: str | None = None
    joined: tuple[Joined, ...] = ()
    enabled: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class Loan:
    """A spare that stands in for a failed host; a row of the store.

    :ivar spare: nova's name of the reserved host.
    :ivar recovery: uuid of the recovery it is lent to.
    :ivar host: the host that failed.
    :ivar state_since: when the present state was entered.
    :ivar generation: grows by one with every save; a save with an old
        generation is refused.
    :ivar owner: the controller that sees to it, while ``lease_expires_at``
        (database clock) lies ahead.
    :ivar message: what it waits for or why it ended, for people.
    """

    uuid: str
    spare: str
    recovery: str
    host: str
    state: LoanState
    undo: Undo
    taken_at: datetime.datetime
    state_since: datetime.datetime
    returned_at: datetime.datetime | None = None
    generation: int = 0
    owner: str | None = None
    lease_expires_at: datetime.datetime | None = None
    message: str = ''


class Due(enum.Enum):
    """What is to be done about a spare that is lent."""

    NOTHING = 'nothing'
    """Its recovery may still need it."""

    UNLESS_USED = 'unless_used'
    """The evacuations are over: given back if nothing landed on it."""

    BACK = 'back'
    """The failed host serves again, or nobody waits for it any more."""


_DUE: Mapping[RecoveryState, Due] = {
    RecoveryState.EVACUATED: Due.UNLESS_USED,
    RecoveryState.EVACUATION_FAILED: Due.UNLESS_USED,
    RecoveryState.RETURNING: Due.UNLESS_USED,
    RecoveryState.COMPLETED: Due.BACK,
    RecoveryState.CANCELLED: Due.BACK,
}


def due(state: RecoveryState) -> Due:
    """Return what the state of the recovery means for its spare."""
    return _DUE.get(state, Due.NOTHING)


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """Which spares may be taken.

    :ivar names: the best first.
    :ivar because: of each other reserved host, in words, why not.
    """

    names: Sequence[str]
    because: Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Wishes:
    """What the operator has said about spares.

    :ivar per_host: spares for one failed host.
    :ivar anywhere: one without anything in common with the failed host is
        better than none.
    :ivar reason: only those disabled for a reason that begins so.
    """

    per_host: int = 1
    anywhere: bool = True
    reason: str = ''


def choose(
    failed: str,
    reserved: Sequence[str],
    services: Mapping[str, ComputeService],
    aggregates: Iterable[Aggregate],
    away: Mapping[str, str],
    wishes: Wishes,
) -> Choice:
    """Return the spares for a failed host, the best first.

    First those of its availability zone or with one of its aggregates, the
    more in common the better; then those in fewer other aggregates; then in
    the order of the hosts file. A host of another zone is none: nova lets a
    host be in one zone only.

    :param services: nova's records by host.
    :param away: of reserved hosts that are not to be had, why not.
    """
    groups = list(aggregates)
    because: dict[str, str] = {}
    ranked = []
    for place, name in enumerate(reserved):
        why = away.get(name) or unfit(services.get(name), wishes.reason)
        why = why or _apart(failed, name, groups, wishes.anywhere)
        if why:
            because[name] = why
            continue
        common, other = _shared(failed, name, groups)
        ranked.append((-common, other, place, name))
    return Choice([name for *_rank, name in sorted(ranked)], because)


def zone_of(host: str, aggregates: Iterable[Aggregate]) -> str:
    """Return the host's availability zone; '' where no aggregate says it."""
    for aggregate in aggregates:
        if aggregate.availability_zone and host in aggregate.hosts:
            return aggregate.availability_zone
    return ''


def undo_of(
    spare: ComputeService, failed: str, aggregates: Iterable[Aggregate]
) -> Undo:
    """Return what lending the spare changes, as nova is now."""
    return Undo(
        disabled_reason=spare.disabled_reason,
        joined=tuple(
            Joined(aggregate.id, aggregate.name)
            for aggregate in aggregates
            if failed in aggregate.hosts and spare.host not in aggregate.hosts
        ),
    )


def missing(
    wishes: Wishes, failed_since: datetime.datetime, loans: Collection[Loan]
) -> int:
    """Return how many spares more a recovery shall have.

    :param failed_since: when the evacuating began.
    :param loans: all of this recovery, ended ones too.
    """
    has = sum(
        loan.state is not LoanState.RETURNED
        and not (loan.state is LoanState.KEPT and loan.taken_at < failed_since)
        for loan in loans
    )
    return max(0, wishes.per_host - has)


def tried(
    failed_since: datetime.datetime, loans: Collection[Loan]
) -> Mapping[str, str]:
    """Return the spares that have been given back in mid-incident.

    Nova had not let them in, or an operator wanted them back: they are not
    taken for the same incident again.

    :returns: by spare, in words, why not.
    """
    return {
        loan.spare: f'it was lent to {loan.host} in this incident already'
        for loan in loans
        if loan.returned_at is not None and loan.returned_at >= failed_since
    }


def unfit(service: ComputeService | None, reason: str) -> str:
    """Say why the host is no spare now; '' if it is one."""
    if service is None:
        return 'nova knows no nova-compute there'
    if service.forced_down or not service.up:
        how = 'forced down' if service.forced_down else 'down'
        return f'its nova-compute is {how}'
    if not service.disabled:
        return 'it is enabled, so somebody uses it'
    found = service.disabled_reason or ''
    if ServiceMark.recovery_of(found):
        return f'a recovery has disabled it ({found})'
    if not found.startswith(reason):
        return f'it is disabled for another reason ({found or "none given"})'
    return ''


def _apart(
    failed: str, spare: str, aggregates: Sequence[Aggregate], anywhere: bool
) -> str:
    zone, wanted = zone_of(spare, aggregates), zone_of(failed, aggregates)
    if zone and zone != wanted:
        return (
            f'it is in the zone {zone}, {failed} is in '
            f'{wanted or "none of a name"}'
        )
    if not anywhere and not _shared(failed, spare, aggregates)[0]:
        return f'it has no aggregate in common with {failed}'
    return ''


def _shared(
    failed: str, spare: str, aggregates: Sequence[Aggregate]
) -> tuple[int, int]:
    """Return the aggregates both are in, and those of the spare alone.

    Two aggregates of one zone make it common as one aggregate does.
    """
    mine = [a for a in aggregates if spare in a.hosts]
    common = sum(failed in a.hosts for a in mine)
    zone = zone_of(spare, aggregates)
    if zone and not any(
        failed in a.hosts and a.availability_zone for a in mine
    ):
        common += zone == zone_of(failed, aggregates)
    return common, sum(
        failed not in a.hosts and not a.availability_zone for a in mine
    )
