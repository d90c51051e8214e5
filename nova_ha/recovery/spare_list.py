# SPDX-License-Identifier: Apache-2.0
"""The reserved hosts, and which of them are on loan, side by side; pure."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime

from nova_ha.recovery import spares
from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.spares import Joined
from nova_ha.recovery.spares import Loan

FREE = 'spare'
NOT_NOW = 'not now'
UNKNOWN = 'unknown'


@dataclasses.dataclass(frozen=True, slots=True)
class SpareRow:
    """A loan, or a reserved host that is on none.

    :ivar state: of the loan; else ``spare``, ``not now`` (it could not be
        taken, and the message says why) or ``unknown`` (nova is away).
    :ivar host: the failed one that it stands in for.
    :ivar recovery: uuid of the one it is lent to.
    :ivar since: when it was taken.
    :ivar added_to: the aggregates that it is removed from again.
    """

    spare: str
    state: str
    host: str | None
    recovery: str | None
    since: datetime.datetime | None
    returned_at: datetime.datetime | None
    disabled_reason: str | None
    added_to: tuple[Joined, ...]
    message: str


def rows(
    loans: Sequence[Loan],
    reserved: Sequence[str],
    services: Mapping[str, ComputeService] | None,
    reason: str,
) -> Sequence[SpareRow]:
    """Return the loans and the reserved hosts that are on none, by name.

    :param services: nova's records by host; None: nova could not be asked.
    :param reason: what the disabled_reason of a spare begins with.
    """
    found = [_of_loan(loan) for loan in loans]
    found += [
        _of_host(name, services, reason) for name in waiting(loans, reserved)
    ]
    return sorted(found, key=lambda r: (r.spare, str(r.since or '')))


def waiting(loans: Sequence[Loan], reserved: Sequence[str]) -> Sequence[str]:
    """Return the reserved hosts that are on no loan."""
    lent = {loan.spare for loan in loans if loan.state not in spares.ENDED}
    return [name for name in reserved if name not in lent]


def _of_loan(loan: Loan) -> SpareRow:
    return SpareRow(
        spare=loan.spare,
        state=loan.state.value,
        host=loan.host,
        recovery=loan.recovery,
        since=loan.taken_at,
        returned_at=loan.returned_at,
        disabled_reason=loan.undo.disabled_reason,
        added_to=loan.undo.joined,
        message=loan.message,
    )


def _of_host(
    name: str, services: Mapping[str, ComputeService] | None, reason: str
) -> SpareRow:
    if services is None:
        state, message = UNKNOWN, 'nova was not asked'
    else:
        message = spares.unfit(services.get(name), reason)
        state = NOT_NOW if message else FREE
    service = services.get(name) if services else None
    return SpareRow(
        spare=name,
        state=state,
        host=None,
        recovery=None,
        since=None,
        returned_at=None,
        disabled_reason=service.disabled_reason if service else None,
        added_to=(),
        message=message,
    )
