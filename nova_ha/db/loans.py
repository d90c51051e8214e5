# SPDX-License-Identifier: Apache-2.0
"""Queries on loans of spares; each is given the session of a transaction."""

from collections.abc import Sequence
from typing import Any
from typing import NoReturn

from oslo_db import exception as db_exc
import sqlalchemy as sa
from sqlalchemy import orm

from nova_ha.db import clock
from nova_ha.db import convert_loans as convert
from nova_ha.db import history
from nova_ha.db import recoveries
from nova_ha.db.models import LoanRow as Row
from nova_ha.db.models import RecoveryRow
from nova_ha.recovery import errors
from nova_ha.recovery.model import RecoveryEvent
from nova_ha.recovery.spares import Loan

OPEN = Row.open_spare.is_not(None)


def take(
    session: orm.Session,
    loan: Loan,
    owner: str,
    lease: float,
    events: Sequence[RecoveryEvent],
) -> Loan:
    """Add a loan; see the port's ``take_spare``.

    The row of the recovery is changed too: Galera finds that two controllers
    drive it only where both change the same row.
    """
    recoveries.change(
        session,
        loan.recovery,
        owner,
        {'evacuation_writes': RecoveryRow.evacuation_writes + 1},
    )
    values = convert.new_values(loan)
    values.update(owner=owner, lease_expires_at=clock.after(lease))
    try:
        session.execute(sa.insert(Row).values(values))
    except db_exc.DBDuplicateEntry:
        raise errors.SpareTaken(f'{loan.spare} is on loan already') from None
    history.append(session, events)
    return get(session, loan.uuid)


def get(session: orm.Session, uuid: str) -> Loan:
    """Return the loan."""
    row = session.scalars(sa.select(Row).where(Row.uuid == uuid)).first()
    if row is None:
        raise errors.UnknownLoan(f'there is no loan {uuid}')
    return convert.loan(row)


def listed(
    session: orm.Session,
    recovery: str | None,
    spare: str | None,
    open_only: bool,
) -> Sequence[Loan]:
    """Return loans, oldest first."""
    query = sa.select(Row).order_by(Row.id)
    if recovery is not None:
        query = query.where(Row.recovery == recovery)
    if spare is not None:
        query = query.where(Row.spare == spare)
    if open_only:
        query = query.where(OPEN)
    return [convert.loan(row) for row in session.scalars(query)]


def claim(session: orm.Session, owner: str, lease: float) -> Sequence[Loan]:
    """Take or keep the leases of open loans; see the port."""
    statement = sa.update(Row).where(OPEN, _free_for(owner))
    _changed(
        session,
        statement.values(owner=owner, lease_expires_at=clock.after(lease)),
    )
    query = sa.select(Row).where(OPEN, Row.owner == owner).order_by(Row.id)
    return [convert.loan(row) for row in session.scalars(query)]


def release(session: orm.Session, owner: str) -> None:
    """Give an owner's leases up."""
    statement = sa.update(Row).where(Row.owner == owner)
    _changed(session, statement.values(owner=None, lease_expires_at=None))


def save(
    session: orm.Session,
    loan: Loan,
    owner: str,
    events: Sequence[RecoveryEvent],
) -> Loan:
    """Write the row of this generation; see the port."""
    statement = sa.update(Row).where(
        Row.uuid == loan.uuid,
        Row.generation == loan.generation,
        _free_for(owner),
    )
    values = convert.values(loan) | {'generation': loan.generation + 1}
    if not _changed(session, statement.values(values)):
        _refuse(session, loan, owner)
    history.append(session, events)
    return get(session, loan.uuid)


def _refuse(session: orm.Session, loan: Loan, owner: str) -> NoReturn:
    found = get(session, loan.uuid)
    if found.generation != loan.generation:
        raise errors.StaleRecovery(
            f'the loan of {loan.spare} is of generation {found.generation} '
            f'({found.state.value}) by now: read it again'
        )
    raise errors.NotOwner(
        f'{found.owner} sees to the loan of {loan.spare} until '
        f'{found.lease_expires_at}, not {owner}'
    )


def _free_for(owner: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        Row.owner.is_(None),
        Row.owner == owner,
        Row.lease_expires_at.is_(None),
        Row.lease_expires_at <= clock.now(),
    )


def _changed(session: orm.Session, statement: sa.Update) -> int:
    result: Any = session.execute(
        statement, execution_options={'synchronize_session': False}
    )
    return int(result.rowcount)
