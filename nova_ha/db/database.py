# SPDX-License-Identifier: Apache-2.0
"""One transaction: begun, tried again where sound, ended, explained."""

from collections.abc import Callable
from typing import TypeVar

from oslo_config import cfg
from oslo_db import api
import sqlalchemy as sa
from sqlalchemy import orm

from nova_ha.db import engine as engines
from nova_ha.db import sqlite
from nova_ha.db import translate
from nova_ha.db import url as urls

Result = TypeVar('Result')

Work = Callable[[orm.Session], Result]

RETRY = api.wrap_db_retry(
    max_retries=8,
    retry_interval=0.01,
    max_retry_interval=0.2,
    retry_on_deadlock=True,
    exception_checker=translate.wants_retry,
)
"""Not after a lost connection: a commit may have got through unheard, and
only the caller, who reads again, can tell."""


class Database:
    """A database that may be away at any time; safe to share by threads.

    :param conf: has the [database] group.
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        url = urls.from_conf(conf)
        self.name = urls.describe(url)
        if url.get_backend_name() == 'sqlite':
            self._writer = sqlite.writer(url)
            self._reader = sqlite.reader(url)
        else:
            self._writer = self._reader = engines.server(conf, url)

    def read(self, work: Work[Result]) -> Result:
        """Return what the work reads, all as of one moment.

        :raises StoreUnavailable: the database gave no answer.
        """
        return self._run(self._reader, work)

    def write(self, work: Work[Result]) -> Result:
        """Do the work in one transaction, again after a deadlock.

        :raises StoreUnavailable: the database could not do it. Whether it
            was committed is not known when the connection was lost.
        """
        return self._run(self._writer, work)

    def close(self) -> None:
        """Let the connections go; the next call opens new ones."""
        self._reader.dispose()
        self._writer.dispose()

    def _run(self, engine: sa.Engine, work: Work[Result]) -> Result:
        def once() -> Result:
            with orm.Session(engine) as session, session.begin():
                return work(session)

        with translate.errors_of(self.name):
            result: Result = RETRY(once)()
        return result
