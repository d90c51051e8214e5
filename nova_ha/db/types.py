# SPDX-License-Identifier: Apache-2.0
"""Column types that give back exactly what was put in, on every database."""

import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Dialect

LONGEST_TEXT = 15_000
"""Characters; MySQL's TEXT holds 65535 bytes, of which one takes up to 4."""


class UtcDateTime(sa.types.TypeDecorator[datetime.datetime]):
    """Aware UTC in Python, a naive column in UTC, microseconds kept."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """MySQL cuts fractions off unless told otherwise."""
        if dialect.name in ('mysql', 'mariadb'):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(sa.DateTime())

    def process_bind_param(
        self,
        value: datetime.datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime.datetime | None:
        """Refuse naive times: what they mean would be a guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f'{value!r} is not timezone-aware')
        return value.astimezone(datetime.UTC).replace(tzinfo=None)

    def process_result_value(
        self,
        value: datetime.datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime.datetime | None:
        """Say that it is UTC."""
        return None if value is None else value.replace(tzinfo=datetime.UTC)


class Prose(sa.types.TypeDecorator[str]):
    """Text for people, often words of other programs.

    What a database cannot hold (NUL in PostgreSQL, half a surrogate pair,
    a whole traceback in MySQL's TEXT) is replaced or cut: the wording of a
    message must never stop a recovery.
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(
        self,
        value: str | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> str | None:
        """Return what every database can hold."""
        if value is None:
            return None
        if len(value) > LONGEST_TEXT:
            value = value[: LONGEST_TEXT - 1] + '…'
        value = value.replace('\0', '\ufffd')
        return value.encode('utf-8', 'replace').decode('utf-8')


SERIAL = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
"""A key the database counts up; SQLite does so for INTEGER only."""
