# SPDX-License-Identifier: Apache-2.0
"""The real store and the real spool, on the world's time.

Leases are the database's own clock's affair; SQLite's is made to read the
timeline. One database serves all worlds of a test run, one after another:
SQLAlchemy's statements are compiled once.
"""

import atexit
import datetime
import pathlib
import re
import shutil
import tempfile
from typing import Any

from oslo_config import cfg
import sqlalchemy as sa

from nova_ha.conf import database as database_conf
from nova_ha.db import migration
from nova_ha.db import models
from nova_ha.db.spool import FileSpool
from nova_ha.db.store import SqlStore
from tests.simulator.timeline import Timeline

FAST = '/dev/shm'
"""Where an fsync costs nothing; it is only the place that is special."""

_SHIFT = re.compile(r'([+-][\d.]+) seconds')


class Database:
    """The database of this process, made at its first use.

    :ivar timeline: of the present world.
    """

    def __init__(self) -> None:
        place = FAST if pathlib.Path(FAST).is_dir() else None
        self.directory = pathlib.Path(
            tempfile.mkdtemp(prefix='nova-ha-test-', dir=place)
        )
        atexit.register(shutil.rmtree, self.directory, ignore_errors=True)
        self.timeline = Timeline()
        conf = self._conf()
        migration.sync(conf)
        self.store = SqlStore(conf)
        for engine in (self.store._db._reader, self.store._db._writer):
            sa.event.listen(engine, 'connect', self._use_timeline)

    def clear(self) -> None:
        def delete(session: Any) -> None:
            for table in reversed(models.Base.metadata.sorted_tables):
                session.execute(sa.delete(table))

        self.store._db.write(delete)

    def _conf(self) -> cfg.ConfigOpts:
        conf = cfg.ConfigOpts()
        conf.register_opt(cfg.StrOpt('state_path'))
        database_conf.register_opts(conf)
        conf([], project='nova-ha', default_config_files=[])
        url = f'sqlite:///{self.directory}/store.sqlite'
        conf.set_override('connection', url, 'database')
        return conf

    def _use_timeline(self, connection: Any, _record: Any) -> None:
        connection.create_function('strftime', -1, self._strftime)

    def _strftime(self, _form: str, _now: str, shift: str) -> str:
        found = _SHIFT.fullmatch(shift)
        assert found is not None, shift
        at = self.timeline.now() + datetime.timedelta(seconds=float(found[1]))
        return at.strftime('%Y-%m-%d %H:%M:%S.') + f'{at.microsecond:06d}'


class Storage:
    """What is on disk in one world, and so survives a crash."""

    _database: Database | None = None

    def __init__(self, timeline: Timeline) -> None:
        if Storage._database is None:
            Storage._database = Database()
        database = Storage._database
        database.timeline = timeline
        database.clear()
        self.store = database.store
        self._spool = database.directory / 'spool'
        self.spool = FileSpool(self._spool)

    def forget(self) -> None:
        """Somebody deletes the store."""
        assert Storage._database is not None
        Storage._database.clear()

    def close(self) -> None:
        shutil.rmtree(self._spool, ignore_errors=True)
