# SPDX-License-Identifier: Apache-2.0
"""Spares nova in process what no real nova does."""

import fixtures
import sqlalchemy
from sqlalchemy import pool

IS_NOVA = 'nova-test-'
"""In the names of the files that nova's fixtures make."""


class KeptConnections(fixtures.Fixture):
    """Connections to nova's databases are kept open, as to a real server.

    oslo.db opens and closes one for each use of a SQLite file; the last one
    to be closed also writes the whole log back.
    """

    def setUp(self):
        super().setUp()
        self._create = sqlalchemy.create_engine
        self.useFixture(
            fixtures.MonkeyPatch('sqlalchemy.create_engine', self._engine)
        )

    def _engine(self, url, **arguments):
        if IS_NOVA not in str(url):
            return self._create(url, **arguments)
        arguments |= {
            'poolclass': pool.QueuePool,
            'max_overflow': -1,
            'pool_pre_ping': False,
        }
        engine = self._create(url, **arguments)
        self.addCleanup(engine.dispose)
        return engine
