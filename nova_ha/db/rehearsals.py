# SPDX-License-Identifier: Apache-2.0
"""What observing has written down: added and read, kept apart from
recoveries, so that nothing ever takes one for what has happened.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from nova_ha.db import convert
from nova_ha.db import paging
from nova_ha.db.models import RehearsalRow as Row
from nova_ha.db.models import RehearsedInstanceRow as InstanceRow
from nova_ha.recovery import errors
from nova_ha.recovery.listing import Page
from nova_ha.recovery.rehearsal import Rehearsal


def insert(session: orm.Session, rehearsal: Rehearsal) -> None:
    """Add a rehearsal with its instances."""
    session.execute(sa.insert(Row).values(convert.rehearsal_values(rehearsal)))
    if rehearsal.instances:
        session.execute(
            sa.insert(InstanceRow),
            [
                convert.rehearsed_values(rehearsal.uuid, instance)
                for instance in rehearsal.instances
            ],
        )


def listed(
    session: orm.Session, host: str | None, limit: int
) -> Sequence[Rehearsal]:
    """Return rehearsals with their instances, newest first."""
    query = sa.select(Row).order_by(Row.at.desc(), Row.id.desc())
    if host is not None:
        query = query.where(Row.host == host)
    return _whole(session, session.scalars(query.limit(limit)).all())


def get(session: orm.Session, uuid: str) -> Rehearsal:
    """Return one with its instances.

    :raises UnknownRehearsal: there is none.
    """
    rows = session.scalars(sa.select(Row).where(Row.uuid == uuid)).all()
    if not rows:
        raise errors.UnknownRehearsal(f'there is no rehearsal {uuid}')
    return _whole(session, rows)[0]


def page(
    session: orm.Session, limit: int, marker: str | None
) -> Page[Rehearsal]:
    """Return a page of them with their instances, newest first."""
    keys: Sequence[paging.Key] = [(Row.at, True), (Row.id, True)]
    query = sa.select(Row)
    if marker is not None:
        of_marker = sa.select(Row).where(Row.uuid == marker)
        last = paging.marked(session, of_marker, marker)
        query = query.where(paging.behind(last, keys))
    found: Page[Row] = paging.page(session, query, keys, limit, lambda r: r)
    return Page(_whole(session, found.rows), found.more)


def _whole(session: orm.Session, rows: Sequence[Row]) -> Sequence[Rehearsal]:
    """Return the rehearsals of these rows with their instances."""
    lines = session.scalars(
        sa.select(InstanceRow)
        .where(InstanceRow.rehearsal.in_([row.uuid for row in rows]))
        .order_by(InstanceRow.id)
    ).all()
    return [
        convert.rehearsal(row, [i for i in lines if i.rehearsal == row.uuid])
        for row in rows
    ]
