# SPDX-License-Identifier: Apache-2.0
"""Queries on recoveries; each is given the session of a transaction.

Nothing is read first to be written then: a condition that must hold is part
of the UPDATE. SELECT ... FOR UPDATE is not used, for Galera honours it on
one node only.
"""

from collections.abc import Sequence
from typing import Any
from typing import NoReturn

from oslo_db import exception as db_exc
import sqlalchemy as sa
from sqlalchemy import orm

from nova_ha.db import clock
from nova_ha.db import convert
from nova_ha.db import history
from nova_ha.db import paging
from nova_ha.db.models import RecoveryRow as Row
from nova_ha.recovery import errors
from nova_ha.recovery.listing import Page
from nova_ha.recovery.listing import RecoveryQuery
from nova_ha.recovery.listing import SortKey
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import RecoveryEvent

ACTIVE = Row.active_host.is_not(None)

SORTED_BY = {
    SortKey.REQUESTED_AT: Row.requested_at,
    SortKey.UPDATED_AT: Row.updated_at,
    SortKey.STATE_SINCE: Row.state_since,
    SortKey.STATE: Row.state,
    SortKey.HOST: Row.host,
    SortKey.ORIGIN: Row.origin,
}


def free_for(owner: str) -> sa.ColumnElement[bool]:
    """Return the condition that nobody but this owner holds the lease."""
    return sa.or_(
        Row.owner.is_(None),
        Row.owner == owner,
        Row.lease_expires_at.is_(None),
        Row.lease_expires_at <= clock.now(),
    )


def insert(
    session: orm.Session,
    recovery: Recovery,
    events: Sequence[RecoveryEvent],
    lease: float,
) -> Recovery:
    """Add a recovery; see the port's ``open``."""
    values = convert.new_recovery_values(recovery)
    if recovery.owner is not None:
        values['lease_expires_at'] = clock.after(lease)
    try:
        session.execute(sa.insert(Row).values(values))
    except db_exc.DBDuplicateEntry:
        raise errors.ActiveRecoveryExists(
            f'{recovery.host} has an active recovery already'
        ) from None
    history.append(session, events)
    return get(session, recovery.uuid)


def get(session: orm.Session, uuid: str) -> Recovery:
    """Return the recovery; see the port."""
    row = session.scalars(sa.select(Row).where(Row.uuid == uuid)).first()
    if row is None:
        raise errors.UnknownRecovery(f'there is no recovery {uuid}')
    return convert.recovery(row)


def active(session: orm.Session, host: str) -> Recovery | None:
    """Return the host's recovery that has not ended."""
    query = sa.select(Row).where(Row.active_host == host)
    row = session.scalars(query).first()
    return None if row is None else convert.recovery(row)


def listed(
    session: orm.Session,
    host: str | None,
    active: bool | None,
    limit: int | None,
) -> Sequence[Recovery]:
    """Return recoveries, newest first."""
    query = sa.select(Row).order_by(Row.requested_at.desc(), Row.id.desc())
    if host is not None:
        query = query.where(Row.host == host)
    if active is not None:
        query = query.where(ACTIVE if active else sa.not_(ACTIVE))
    rows = session.scalars(query.limit(limit))
    return [convert.recovery(row) for row in rows]


def page(session: orm.Session, wanted: RecoveryQuery) -> Page[Recovery]:
    """Return a page of recoveries; see the port's ``recovery_page``."""
    keys = [(SORTED_BY[o.key], o.descending) for o in wanted.order]
    keys.append((Row.id, wanted.newest_first))
    query = sa.select(Row).where(*_restrictions(wanted))
    if wanted.marker is not None:
        of_marker = sa.select(Row).where(Row.uuid == wanted.marker)
        marker = paging.marked(session, of_marker, wanted.marker)
        query = query.where(paging.behind(marker, keys))
    return paging.page(session, query, keys, wanted.limit, convert.recovery)


def _restrictions(
    wanted: RecoveryQuery,
) -> Sequence[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.host is not None:
        found.append(Row.host == wanted.host)
    if wanted.states:
        found.append(Row.state.in_(sorted(s.value for s in wanted.states)))
    if wanted.active is not None:
        found.append(ACTIVE if wanted.active else sa.not_(ACTIVE))
    if wanted.origin is not None:
        found.append(Row.origin == wanted.origin)
    if wanted.changed_since is not None:
        found.append(Row.updated_at >= wanted.changed_since)
    return found


def claimable(session: orm.Session, owner: str) -> Sequence[Recovery]:
    """Return active recoveries that this owner may claim, oldest first."""
    query = sa.select(Row).where(ACTIVE, free_for(owner)).order_by(Row.id)
    return [convert.recovery(row) for row in session.scalars(query)]


def claim(
    session: orm.Session, uuid: str, owner: str, lease: float
) -> Recovery:
    """Take or keep the lease; see the port."""
    change(
        session,
        uuid,
        owner,
        {'owner': owner, 'lease_expires_at': clock.after(lease)},
    )
    return get(session, uuid)


def renew(session: orm.Session, owner: str, lease: float) -> int:
    """Extend the leases of an owner's active recoveries."""
    statement = sa.update(Row).where(Row.owner == owner, ACTIVE)
    return _changed(
        session, statement.values(lease_expires_at=clock.after(lease))
    )


def release(session: orm.Session, owner: str) -> int:
    """Give an owner's leases up."""
    statement = sa.update(Row).where(Row.owner == owner)
    return _changed(
        session, statement.values(owner=None, lease_expires_at=None)
    )


def save(
    session: orm.Session,
    recovery: Recovery,
    owner: str,
    events: Sequence[RecoveryEvent],
) -> Recovery:
    """Write the row of this generation; see the port."""
    values = convert.recovery_values(recovery)
    values['generation'] = recovery.generation + 1
    change(session, recovery.uuid, owner, values, recovery.generation)
    history.append(session, events)
    return get(session, recovery.uuid)


def change(
    session: orm.Session,
    uuid: str,
    owner: str,
    values: dict[str, Any],
    generation: int | None = None,
) -> None:
    """Change the row while the lease allows it.

    :param generation: and while it is of this generation.
    :raises UnknownRecovery: there is none.
    :raises NotOwner: another owner holds the lease.
    :raises StaleRecovery: the generation in the store is another.
    """
    statement = sa.update(Row).where(Row.uuid == uuid, free_for(owner))
    if generation is not None:
        statement = statement.where(Row.generation == generation)
    if not _changed(session, statement.values(values)):
        _refuse(session, uuid, owner, generation)


def _refuse(
    session: orm.Session, uuid: str, owner: str, generation: int | None
) -> NoReturn:
    """Say why nothing was changed."""
    found = get(session, uuid)
    free = session.scalars(
        sa.select(Row.id).where(Row.uuid == uuid, free_for(owner))
    ).first()
    if free and generation not in (None, found.generation):
        raise errors.StaleRecovery(
            f'recovery {uuid} of {found.host} has moved on to generation '
            f'{found.generation} ({found.state.value}): read it again'
        )
    # Free by now all the same, if the lease ran out between the two looks.
    raise errors.NotOwner(
        f'recovery {uuid} of {found.host} is driven by {found.owner} until '
        f'{found.lease_expires_at}, not by {owner}'
    )


def _changed(session: orm.Session, statement: sa.Update) -> int:
    """Return how many rows the statement found (and so changed)."""
    # There are no objects in the session that would have to be kept in step.
    result = session.execute(
        statement, execution_options={'synchronize_session': False}
    )
    return int(getattr(result, 'rowcount'))  # noqa: B009 (not in its type)
