# SPDX-License-Identifier: Apache-2.0
"""The database's own clock, by which leases begin and end.

Controllers compare leases written by each other, so all of them must read
one clock. SQLite has none but that of the machine it runs on, which is the
only one that uses it. On Galera each node reads its own: they have to be in
step (NTP) far better than a lease is long.
"""

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import expression
from sqlalchemy.sql.compiler import SQLCompiler

from nova_ha.db import types


class UtcIn(expression.FunctionElement[Any]):
    """Now and so many microseconds more, as the database sees it."""

    type = types.UtcDateTime()
    inherit_cache = True
    name = 'utc_in'


def now() -> UtcIn:
    """Return the expression for the present moment."""
    return UtcIn(expression.literal(0))


def after(seconds: float) -> UtcIn:
    """Return the expression for a moment that many seconds from now."""
    return UtcIn(expression.literal(round(seconds * 1_000_000)))


@compiles(UtcIn, 'sqlite')
def _sqlite(element: UtcIn, compiler: SQLCompiler, **kwargs: Any) -> str:
    # Milliseconds are all SQLite knows; the zeros make it compare as text
    # with what SQLAlchemy writes.
    micros = compiler.process(element.clauses, **kwargs)
    return (
        "strftime('%Y-%m-%d %H:%M:%f000', 'now', "
        f"printf('%+.6f seconds', {micros} / 1000000.0))"
    )


@compiles(UtcIn, 'mysql')
@compiles(UtcIn, 'mariadb')
def _mysql(element: UtcIn, compiler: SQLCompiler, **kwargs: Any) -> str:
    micros = compiler.process(element.clauses, **kwargs)
    return f'TIMESTAMPADD(MICROSECOND, {micros}, UTC_TIMESTAMP(6))'


@compiles(UtcIn, 'postgresql')
def _postgresql(element: UtcIn, compiler: SQLCompiler, **kwargs: Any) -> str:
    # Not now(): that is when the transaction began, maybe before it waited.
    micros = compiler.process(element.clauses, **kwargs)
    return (
        "(clock_timestamp() AT TIME ZONE 'UTC' "
        f"+ {micros} * interval '1 microsecond')"
    )
