# SPDX-License-Identifier: Apache-2.0
"""The schema of the store: which it is, and bringing it up to date."""

from collections.abc import Iterator
import contextlib
import os
import pathlib

from alembic import command
from alembic import config
from alembic import migration
from alembic import script
from oslo_config import cfg
import sqlalchemy as sa

from nova_ha.db import engine as engines
from nova_ha.db import sqlite
from nova_ha.db import translate
from nova_ha.db import url as urls
from nova_ha.recovery import errors

MIGRATIONS = pathlib.Path(__file__).parent / 'migrations'


class SchemaOutOfDate(errors.StoreError):
    """The database answers, but its tables are not those of this release."""


def head() -> str:
    """Return the schema version this release works with."""
    revision = script.ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert revision is not None, f'no migrations in {MIGRATIONS}'
    return revision


def version(conf: cfg.ConfigOpts) -> str | None:
    """Return the database's schema version; None if it has no tables.

    :raises StoreUnavailable: the database gives no answer.
    """
    path = _sqlite_path(conf)
    if path is not None and not path.exists():
        return None
    with connected(conf) as connection:
        context = migration.MigrationContext.configure(connection)
        return context.get_current_revision()


def unversioned(conf: cfg.ConfigOpts) -> bool:
    """Whether there are tables, but nothing says of which version.

    Such a database is another program's, or was restored in part.

    :raises StoreUnavailable: the database gives no answer.
    """
    path = _sqlite_path(conf)
    if version(conf) is not None or (path is not None and not path.exists()):
        return False
    with connected(conf) as connection:
        tables = set(sa.inspect(connection).get_table_names())
    return bool(tables - {'alembic_version'})


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
    if found not in _known():
        raise SchemaOutOfDate(
            f'{name} has schema {found}, which this release does not know: '
            'it belongs to a newer nova-ha; upgrade this controller'
        )
    raise SchemaOutOfDate(
        f'{name} has schema {found}, this release needs {wanted}; '
        f'{translate.SYNC}'
    )


def sync(conf: cfg.ConfigOpts) -> None:
    """Bring the schema up to date; make the SQLite file if there is none.

    Changes nothing when it is up to date. On MariaDB a change of schema is
    no transaction: run one at a time.

    :raises StoreUnavailable: the database gives no answer or refuses.
    :raises SchemaOutOfDate: the schema is that of a newer release.
    """
    found = version(conf)
    if found is not None and found not in _known():
        check(conf)
    _make_file(_sqlite_path(conf))
    with connected(conf, change=True) as connection:
        settings = config.Config()
        settings.set_main_option('script_location', str(MIGRATIONS))
        settings.attributes['connection'] = connection
        command.upgrade(settings, 'head')


def _known() -> set[str]:
    revisions = script.ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    return {revision.revision for revision in revisions}


def _sqlite_path(conf: cfg.ConfigOpts) -> pathlib.Path | None:
    url = urls.from_conf(conf)
    if url.get_backend_name() != 'sqlite':
        return None
    return sqlite.path_of(url)


def _make_file(path: pathlib.Path | None) -> None:
    """Make the file of SQLite for whoever owns its directory.

    That is the user the fencer runs as, whereas who runs this may be root;
    what SQLite makes beside the file belongs to the file's owner then.
    """
    if path is None or path.exists():
        return
    # What is wrong is told by SQLite, which fails in the same place.
    with contextlib.suppress(OSError):
        path.touch(mode=0o640)
        if os.geteuid() == 0:
            room = path.parent.stat()
            os.chown(path, room.st_uid, room.st_gid)


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
