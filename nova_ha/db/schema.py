# SPDX-License-Identifier: Apache-2.0
"""The schema of the store: which it is, and which it has to be."""

from collections.abc import Iterator
import contextlib
import pathlib

from oslo_config import cfg
import sqlalchemy as sa

from nova_ha.db import engine as engines
from nova_ha.db import sqlite
from nova_ha.db import translate
from nova_ha.db import url as urls
from nova_ha.recovery import errors

MIGRATIONS = pathlib.Path(__file__).parent / 'migrations'
VERSION = sa.table('alembic_version', sa.column('version_num', sa.String))
"""Where Alembic keeps the version. A daemon that starts reads it without
Alembic, whose import takes a seventh of the start."""


class SchemaOutOfDate(errors.StoreError):
    """The database answers, but its tables are not those of this release."""


def head() -> str:
    """Return the schema version this release works with."""
    return max(known())


def version(conf: cfg.ConfigOpts) -> str | None:
    """Return the database's schema version; None if it has no tables.

    :raises StoreUnavailable: the database gives no answer.
    """
    path = sqlite_path(conf)
    if path is not None and not path.exists():
        return None
    with connected(conf) as connection:
        if not sa.inspect(connection).has_table(VERSION.name):
            return None
        return connection.execute(sa.select(VERSION)).scalar()


def unversioned(conf: cfg.ConfigOpts) -> bool:
    """Whether there are tables, but nothing says of which version.

    Such a database is another program's, or was restored in part.

    :raises StoreUnavailable: the database gives no answer.
    """
    path = sqlite_path(conf)
    if version(conf) is not None or (path is not None and not path.exists()):
        return False
    with connected(conf) as connection:
        tables = set(sa.inspect(connection).get_table_names())
    return bool(tables - {VERSION.name})


def check(conf: cfg.ConfigOpts) -> None:
    """Refuse to work with another schema.

    :raises SchemaOutOfDate: the text says what to do.
    :raises StoreUnavailable: the database gives no answer. A fencer starts
        all the same and keeps power-offs in its spool.
    """
    found, wanted = version(conf), head()
    if found == wanted:
        return
    name = urls.describe(urls.from_conf(conf))
    if found is None:
        raise SchemaOutOfDate(f'{name} has no tables yet; {translate.SYNC}')
    if found not in known():
        raise SchemaOutOfDate(
            f'{name} has schema {found}, which this release does not know: '
            'it belongs to a newer nova-ha; upgrade this controller'
        )
    raise SchemaOutOfDate(
        f'{name} has schema {found}, this release needs {wanted}; '
        f'{translate.SYNC}'
    )


def known() -> set[str]:
    """Return all versions: the file of each begins with it."""
    files = (MIGRATIONS / 'versions').glob('[0-9]*_*.py')
    return {path.name.partition('_')[0] for path in files}


def sqlite_path(conf: cfg.ConfigOpts) -> pathlib.Path | None:
    """Return where the store is; None where it is no file."""
    url = urls.from_conf(conf)
    if url.get_backend_name() != 'sqlite':
        return None
    return sqlite.path_of(url)


@contextlib.contextmanager
def connected(
    conf: cfg.ConfigOpts, change: bool = False
) -> Iterator[sa.Connection]:
    """Connect for the time of one task.

    :param change: tables are made or changed, which may take its time.
    """
    url = urls.from_conf(conf)
    if url.get_backend_name() == 'sqlite':
        engine = sqlite.writer(url, create=change)
    else:
        engine = engines.server(conf, urls.patient(url) if change else url)
    try:
        with translate.errors_of(urls.describe(url)), engine.begin() as c:
            yield c
    finally:
        engine.dispose()
