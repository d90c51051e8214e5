# SPDX-License-Identifier: Apache-2.0
"""What observing has written down: added and read, kept apart from
recoveries, so that nothing ever takes one for what has happened.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from nova_ha.db import convert
from nova_ha.db.models import RehearsalRow as Row
from nova_ha.db.models import RehearsedInstanceRow as InstanceRow
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
    rows = session.scalars(query.limit(limit)).all()
    lines = session.scalars(
        sa.select(InstanceRow)
        .where(InstanceRow.rehearsal.in_([row.uuid for row in rows]))
        .order_by(InstanceRow.id)
    ).all()
    return [
        convert.rehearsal(row, [i for i in lines if i.rehearsal == row.uuid])
        for row in rows
    ]
