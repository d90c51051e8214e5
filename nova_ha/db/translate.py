# SPDX-License-Identifier: Apache-2.0
"""From errors of databases to those of the port."""

from collections.abc import Iterator
import contextlib

from oslo_db import exception as db_exc
from sqlalchemy import exc

from nova_ha.recovery import errors

SERIALIZATION_FAILURE = '40001'
"""SQLSTATE by which PostgreSQL asks for the transaction once more."""

NO_SUCH_TABLE_OR_COLUMN: frozenset[object] = frozenset(
    {
        1146,
        1054,
        '42P01',
        '42703',
    }
)
"""By their numbers in MySQL and their SQLSTATE in PostgreSQL."""

SYNC = 'run: nova-ha-manage db sync'


def wants_retry(error: Exception) -> bool:
    """Whether the database asks for the whole transaction once more.

    Deadlocks, which is also how Galera says that another node was quicker,
    are known to oslo.db; what it does not know is seen here.
    """
    origin = _origin(error)
    return getattr(origin, 'pgcode', None) == SERIALIZATION_FAILURE


@contextlib.contextmanager
def errors_of(store: str) -> Iterator[None]:
    """Raise StoreUnavailable for whatever the database cannot do.

    :param store: its name, without secrets.
    """
    try:
        yield
    except (
        db_exc.DBError,
        db_exc.DBInvalidUnicodeParameter,
        exc.SQLAlchemyError,
    ) as error:
        raise errors.StoreUnavailable(f'{store}: {_explain(error)}') from error


def _explain(error: Exception) -> str:
    origin = _origin(error)
    text = _words(origin).strip().partition('\n')[0]
    return f'{text} ({SYNC})' if _lacks_schema(origin) else text


def _words(origin: BaseException) -> str:
    if origin.args and isinstance(origin.args[0], int):
        # PyMySQL's number and text, which would be printed as a tuple.
        return f'{origin.args[-1]} (error {origin.args[0]})'
    return str(origin)


def _lacks_schema(origin: BaseException) -> bool:
    codes = {getattr(origin, 'pgcode', None), *origin.args[:1]}
    words = str(origin)
    return not NO_SUCH_TABLE_OR_COLUMN.isdisjoint(codes) or (
        words.startswith(('no such table', 'no such column'))
    )


def _origin(error: BaseException) -> BaseException:
    """Return what the driver itself said, without SQL and parameters."""
    if isinstance(error, db_exc.DBError) and error.inner_exception:
        return _origin(error.inner_exception)
    if isinstance(error, exc.DBAPIError) and error.orig:
        return error.orig
    return error
