# SPDX-License-Identifier: Apache-2.0
"""Pages of a list that may grow while it is read.

A page is found by the values of the row the last one ended with, not by
counting rows: what is added meanwhile is neither told twice nor moves what
comes behind it, and the hundredth page costs what the first does.
"""

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import orm

from nova_ha.recovery import errors
from nova_ha.recovery.listing import Page

Value = TypeVar('Value')

Key = tuple[orm.InstrumentedAttribute[Any], bool]
"""A column that is never NULL, and whether the greatest comes first."""


def page(
    session: orm.Session,
    query: sa.Select[Any],
    keys: Sequence[Key],
    limit: int,
    convert: Callable[[Any], Value],
) -> Page[Value]:
    """Return the first rows of a query in the order of the keys."""
    ordered = query.order_by(
        *(column.desc() if down else column.asc() for column, down in keys)
    )
    rows = session.scalars(ordered.limit(limit + 1)).all()
    return Page([convert(row) for row in rows[:limit]], len(rows) > limit)


def behind(marker: Any, keys: Sequence[Key]) -> sa.ColumnElement[bool]:
    """Return the condition of the rows that come after the marker's.

    :param keys: of which the last tells any two rows apart.
    """
    beyond: list[sa.ColumnElement[bool]] = []
    equal: list[sa.ColumnElement[bool]] = []
    for column, down in keys:
        value = getattr(marker, column.key)
        here = column < value if down else column > value
        beyond.append(sa.and_(*equal, here))
        equal.append(column == value)
    return sa.or_(*beyond)


def marked(session: orm.Session, query: sa.Select[Any], marker: str) -> Any:
    """Return the row that a marker names.

    :raises UnknownMarker: there is none.
    """
    row = session.scalars(query).first()
    if row is None:
        raise errors.UnknownMarker(
            f'marker: nothing in this list has the id {marker}; use that of '
            'the last row of the page before, or leave it out to begin anew'
        )
    return row
