# SPDX-License-Identifier: Apache-2.0
"""The store on real MariaDB and PostgreSQL."""

import concurrent.futures
import contextlib
import threading
import time

import sqlalchemy as sa

from nova_ha.db import database
from nova_ha.db import migration
from nova_ha.db import recoveries as queries
from nova_ha.db import schema
from nova_ha.recovery import errors
from tests.functional import servers
from tests.unit.db import base
from tests.unit.db import guards_suite
from tests.unit.db import migration_suite
from tests.unit.db import paging_suite
from tests.unit.db import store_suite

NOTICED_SECONDS = 6.0
"""How soon a store that is away must be known to be away: it waits for a
connection for one second. The rest is for a machine that is busy."""

THREADS = 30

IMPATIENT_SECONDS = 1
"""How long an answer is waited for where tables are not changed."""


def patient(conf):
    """Wait longer for an answer: tests may run on a machine that is busy."""
    conf.set_override(
        'connection_parameters',
        'connect_timeout=20&read_timeout=20',
        group='database',
    )
    return conf


class MariaDB:
    def make_conf(self):
        self.server = servers.mariadb()
        return patient(base.configuration(self.server.new_database()))


class PostgreSQL:
    def make_conf(self):
        self.server = servers.postgresql()
        return patient(base.configuration(self.server.new_database()))


class MariaDBStoreTest(MariaDB, store_suite.StoreSuite, base.StoreTest):
    pass


class PostgreSQLStoreTest(PostgreSQL, store_suite.StoreSuite, base.StoreTest):
    pass


class MariaDBGuardsTest(MariaDB, guards_suite.GuardsSuite, base.StoreTest):
    pass


class MariaDBRecoveryPageTest(
    MariaDB, paging_suite.RecoveryPageSuite, base.StoreTest
):
    pass


class MariaDBPartsPageTest(
    MariaDB, paging_suite.PartsPageSuite, base.StoreTest
):
    pass


class PostgreSQLRecoveryPageTest(
    PostgreSQL, paging_suite.RecoveryPageSuite, base.StoreTest
):
    pass


class PostgreSQLPartsPageTest(
    PostgreSQL, paging_suite.PartsPageSuite, base.StoreTest
):
    pass


class BusyTableSuite:
    """Somebody reads a table that is to be changed."""

    def test_a_change_waits_longer_than_a_fence_request(self):
        self.back_to('0006')
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            with schema.connected(self.conf) as reading:
                reading.execute(sa.text('SELECT * FROM evacuations'))
                self.conf.set_override(
                    'connection_parameters',
                    f'connect_timeout=20&read_timeout={IMPATIENT_SECONDS}',
                    group='database',
                )
                changing = pool.submit(migration.sync, self.conf)
                with self.assertRaises(TimeoutError):
                    changing.result(2 * IMPATIENT_SECONDS)
            changing.result(60)
        schema.check(patient(self.conf))


class MariaDBMigrationTest(
    MariaDB, BusyTableSuite, migration_suite.MigrationSuite, base.StoreTest
):
    pass


class PostgreSQLGuardsTest(
    PostgreSQL, guards_suite.GuardsSuite, base.StoreTest
):
    pass


class PostgreSQLMigrationTest(
    PostgreSQL, BusyTableSuite, migration_suite.MigrationSuite, base.StoreTest
):
    pass


class OutageSuite:
    """The server goes away and comes back."""

    def setUp(self):
        super().setUp()
        self.opened = self.open()

    def test_a_restart_is_not_noticed(self):
        """Connections that died meanwhile are replaced before use."""
        self.use_many_connections()
        self.server.stop()
        self.server.start()
        self.use_many_connections()

    def test_a_stopped_server_is_noticed_and_so_is_its_return(self):
        self.use_many_connections()
        self.server.stop()
        with contextlib.ExitStack() as stack:
            stack.callback(self.server.start)
            self.assert_unavailable(self.store)
            self.assert_unavailable(self.new_store())
        self.assertEqual(self.opened, self.store.get(self.opened.uuid))
        self.store.check()

    def test_a_hanging_server_is_noticed(self):
        # With the waits that it has by itself.
        self.conf.clear_override('connection_parameters', group='database')
        store, other = self.new_store(), self.new_store()
        store.check()
        self.server.freeze()
        with contextlib.ExitStack() as stack:
            stack.callback(self.server.thaw)
            self.assert_unavailable(other)
            # The connection in the pool is waited for first.
            self.assert_unavailable(store, NOTICED_SECONDS + 2)
        self.store.check()

    def test_many_threads_notice_at_once(self):
        self.use_many_connections()
        self.server.stop()
        with contextlib.ExitStack() as stack:
            stack.callback(self.server.start)
            outcomes = base.race(
                THREADS, lambda _: self.assert_unavailable(self.store)
            )
        self.assertEqual([None] * THREADS, outcomes)

    def use_many_connections(self):
        together = threading.Barrier(THREADS)

        def use(_):
            together.wait()
            self.store.check()
            return self.store.get(self.opened.uuid)

        outcomes = base.race(THREADS, use)
        self.assertEqual([self.opened] * THREADS, outcomes)

    def assert_unavailable(self, store, within=NOTICED_SECONDS):
        begun = time.monotonic()
        with self.assertRaises(errors.StoreUnavailable) as caught:
            store.check()
        self.assertLess(time.monotonic() - begun, within)
        text = str(caught.exception)
        self.assertIn(f'127.0.0.1:{self.server.port}', text)
        self.assertNotIn(self.server.password, text)


class MariaDBOutageTest(OutageSuite, MariaDB, base.StoreTest):
    pass


class PostgreSQLOutageTest(OutageSuite, PostgreSQL, base.StoreTest):
    pass


class SecretsSuite:
    def test_a_wrong_password_is_not_told(self):
        url = self.server.new_database().replace(
            self.server.password, 'geheim'
        )
        store = self.store_at(url)
        with self.assertRaises(errors.StoreUnavailable) as caught:
            store.check()
        self.assertNotIn('geheim', str(caught.exception))
        self.assertIn('nova_ha', str(caught.exception))

    def test_a_database_that_is_not_there(self):
        with self.assertRaises(errors.StoreUnavailable) as caught:
            self.store_at(self.server.url('nosuch')).check()
        self.assertIn('nosuch', str(caught.exception))

    def store_at(self, url):
        self.conf = base.configuration(url)
        return self.new_store()


class MariaDBSecretsTest(MariaDB, SecretsSuite, base.StoreTest):
    pass


class PostgreSQLSecretsTest(PostgreSQL, SecretsSuite, base.StoreTest):
    pass


class DeadlockSuite:
    def test_the_whole_transaction_is_tried_again(self):
        """Two transactions wait for each other: one is undone and redone."""
        rows = [self.open().uuid, self.open().uuid]
        meeting = threading.Barrier(2, timeout=10)
        attempts = [0, 0]
        made = database.Database(self.conf)
        self.addCleanup(made.close)

        def cross(number):
            def work(session):
                attempts[number] += 1
                for step, uuid in enumerate(rows[:: 1 - 2 * number]):
                    if step and attempts[number] == 1:
                        meeting.wait()
                    queries.change(
                        session, uuid, 'me', {'message': f'by {number}'}
                    )

            made.write(work)

        self.assertEqual([None, None], base.race(2, cross))
        self.assertEqual([1, 2], sorted(attempts))
        messages = {self.store.get(uuid).message for uuid in rows}
        self.assertEqual(1, len(messages), messages)


class MariaDBDeadlockTest(MariaDB, DeadlockSuite, base.StoreTest):
    pass


class PostgreSQLDeadlockTest(PostgreSQL, DeadlockSuite, base.StoreTest):
    pass
