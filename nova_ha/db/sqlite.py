# SPDX-License-Identifier: Apache-2.0
"""SQLite as a store that keeps what it has once said to keep.

oslo.db opens a new connection for each transaction of SQLite, and closing
the last one makes SQLite copy its log back; so the connections here are kept
and only oslo.db's names for errors are taken from it.
"""

import pathlib
import sqlite3
from typing import Any
import urllib.parse

from oslo_db.sqlalchemy import exc_filters
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy import exc
from sqlalchemy import pool

from nova_ha.db import url as urls

BUSY_SECONDS = 2.0
"""How long to wait for another process (nova-ha-manage) that writes."""

READERS = 8

PRAGMAS = (
    'PRAGMA foreign_keys = ON',
    # Readers and the writer do not wait for each other.
    'PRAGMA journal_mode = WAL',
    # A commit has returned: it is on the disk.
    'PRAGMA synchronous = FULL',
)


def writer(url: sa.URL, create: bool = False) -> sa.Engine:
    """Return the engine with the one connection that writes.

    SQLite has one writer at a time; threads wait for it in the pool, in
    order, rather than in SQLite, which would only try again now and then.

    :param create: make the file if there is none.
    """
    return _engine(url, 'rwc' if create else 'rw', 'BEGIN IMMEDIATE', 1)


def reader(url: sa.URL) -> sa.Engine:
    """Return the engine that reads."""
    return _engine(url, 'rw', 'BEGIN', READERS)


def _engine(url: sa.URL, mode: str, begin: str, connections: int) -> sa.Engine:
    path = path_of(url)
    engine = sa.create_engine(
        'sqlite://',
        creator=lambda: _connect(path, mode),
        poolclass=pool.QueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
    )
    event.listen(engine, 'begin', lambda c: c.exec_driver_sql(begin))
    event.listen(engine, 'connect', _remember_file(path))
    event.listen(engine, 'checkout', _see_same_file(path))
    exc_filters.register_engine(engine)
    return engine


def path_of(url: sa.URL) -> pathlib.Path:
    """Return the file the URL names.

    :raises InvalidDatabaseUrl: it names none.
    """
    if not url.database or url.database == ':memory:':
        raise urls.InvalidDatabaseUrl(
            '[database] connection names no file: a store in memory would '
            'forget every recovery at a restart'
        )
    return pathlib.Path(url.database)


def _connect(path: pathlib.Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f'file:{urllib.parse.quote(str(path))}?mode={mode}',
        uri=True,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
        # Transactions begin where SQLAlchemy says so, see 'begin'.
        isolation_level=None,
    )
    try:
        for pragma in PRAGMAS:
            connection.execute(pragma)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _file_id(path: pathlib.Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _remember_file(path: pathlib.Path) -> Any:
    def remember(_connection: Any, record: Any) -> None:
        record.info['file'] = _file_id(path)

    return remember


def _see_same_file(path: pathlib.Path) -> Any:
    """Return a listener that refuses connections to a file that is gone.

    A deleted file can be written as long as it is open; what is written is
    lost with the process.
    """

    def see(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info['file'] != _file_id(path):
            raise exc.DisconnectionError(f'{path} is another file now')

    return see
