# SPDX-License-Identifier: Apache-2.0
"""The history of recoveries: appended to and read, nothing else."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from nova_ha.db import convert
from nova_ha.db import paging
from nova_ha.db.models import EventRow as Row
from nova_ha.recovery.listing import Page
from nova_ha.recovery.model import RecoveryEvent


def append(session: orm.Session, events: Sequence[RecoveryEvent]) -> None:
    """Append lines, in this order."""
    if events:
        session.execute(
            sa.insert(Row), [convert.event_values(event) for event in events]
        )


def listed(session: orm.Session, recovery: str) -> Sequence[RecoveryEvent]:
    """Return the lines in the order they were appended."""
    query = sa.select(Row).where(Row.recovery == recovery).order_by(Row.id)
    return [convert.event(row) for row in session.scalars(query)]


def page(
    session: orm.Session, recovery: str, after: int, limit: int
) -> Page[RecoveryEvent]:
    """Return a page of the lines whose ids are greater than that."""
    query = sa.select(Row).where(Row.recovery == recovery, Row.id > after)
    keys: Sequence[paging.Key] = [(Row.id, False)]
    return paging.page(session, query, keys, limit, convert.event)
