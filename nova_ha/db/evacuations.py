# SPDX-License-Identifier: Apache-2.0
"""Queries on evacuations."""

from collections.abc import Collection
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite

from nova_ha.db import convert
from nova_ha.db import history
from nova_ha.db import paging
from nova_ha.db import recoveries
from nova_ha.db.models import EvacuationRow as Row
from nova_ha.db.models import RecoveryRow
from nova_ha.recovery.listing import Page
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import RecoveryEvent
from nova_ha.recovery.states import EvacuationState

KEY = ('recovery', 'instance')


def listed(session: orm.Session, recovery: str) -> Sequence[Evacuation]:
    """Return the recovery's evacuations, in the order they were added."""
    query = sa.select(Row).where(Row.recovery == recovery).order_by(Row.id)
    return [convert.evacuation(row) for row in session.scalars(query)]


def page(
    session: orm.Session,
    recovery: str,
    states: Collection[EvacuationState],
    limit: int,
    marker: str | None,
) -> Page[Evacuation]:
    """Return a page of them; see the port's ``evacuation_page``."""
    recoveries.get(session, recovery)  # says so if there is none
    keys: Sequence[paging.Key] = [(Row.id, False)]
    of_recovery = sa.select(Row).where(Row.recovery == recovery)
    query = of_recovery
    if states:
        query = query.where(Row.state.in_(sorted(s.value for s in states)))
    if marker is not None:
        of_marker = of_recovery.where(Row.instance == marker)
        last = paging.marked(session, of_marker, marker)
        query = query.where(paging.behind(last, keys))
    return paging.page(session, query, keys, limit, convert.evacuation)


def related(
    session: orm.Session, groups: Collection[str], instances: Collection[str]
) -> Sequence[Evacuation]:
    """Return evacuations of active recoveries; see the port."""
    query = (
        sa.select(Row)
        .join(RecoveryRow, Row.recovery == RecoveryRow.uuid)
        .where(
            recoveries.ACTIVE,
            sa.or_(
                Row.restart_group.in_(list(groups)),
                Row.instance.in_(list(instances)),
            ),
        )
        .order_by(Row.id)
    )
    return [convert.evacuation(row) for row in session.scalars(query)]


def save(
    session: orm.Session,
    recovery: str,
    owner: str,
    evacuations: Sequence[Evacuation],
    events: Sequence[RecoveryEvent],
    generation: int | None = None,
) -> None:
    """Insert or update evacuations; see the port."""
    recoveries.change(
        session,
        recovery,
        owner,
        {'evacuation_writes': RecoveryRow.evacuation_writes + 1},
        generation,
    )
    if evacuations:
        values = [convert.evacuation_values(e) for e in evacuations]
        session.execute(_upsert(session, list(values[0])), values)
    history.append(session, events)


def _upsert(session: orm.Session, columns: Sequence[str]) -> sa.Insert:
    """Return the statement each kind of database has for it."""
    written = [column for column in columns if column not in KEY]
    table: Any = Row.__table__
    dialect = session.get_bind().dialect.name
    if dialect in ('mysql', 'mariadb'):
        insert = mysql.insert(table)
        return insert.on_duplicate_key_update(
            {column: insert.inserted[column] for column in written}
        )
    make = {'postgresql': postgresql.insert, 'sqlite': sqlite.insert}[dialect]
    upsert: Any = make(table)
    statement: sa.Insert = upsert.on_conflict_do_update(
        index_elements=KEY,
        set_={column: upsert.excluded[column] for column in written},
    )
    return statement
