# SPDX-License-Identifier: Apache-2.0
"""Brings the schema of the store up to date."""

import contextlib
import os
import pathlib

from alembic import command
from alembic import config
from oslo_config import cfg

from nova_ha.db import schema


def sync(conf: cfg.ConfigOpts) -> None:
    """Bring the schema up to date; make the SQLite file if there is none.

    Changes nothing when it is up to date. On MariaDB a change of schema is
    no transaction: run one at a time.

    :raises StoreUnavailable: the database gives no answer or refuses.
    :raises SchemaOutOfDate: the schema is that of a newer release.
    """
    found = schema.version(conf)
    if found is not None and found not in schema.known():
        schema.check(conf)
    _make_file(schema.sqlite_path(conf))
    with schema.connected(conf, change=True) as connection:
        settings = config.Config()
        settings.set_main_option('script_location', str(schema.MIGRATIONS))
        settings.attributes['connection'] = connection
        command.upgrade(settings, 'head')


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
