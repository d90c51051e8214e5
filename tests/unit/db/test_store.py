# SPDX-License-Identifier: Apache-2.0
"""The store on SQLite."""

import unittest

from nova_ha.db import migration
from nova_ha.db import schema
from nova_ha.db import store
from nova_ha.db import url
from nova_ha.recovery import errors
from tests.unit.db import base
from tests.unit.db import guards_suite
from tests.unit.db import migration_suite
from tests.unit.db import paging_suite
from tests.unit.db import store_suite


class SQLiteStoreTest(base.SQLite, store_suite.StoreSuite, base.StoreTest):
    pass


class SQLiteGuardsTest(base.SQLite, guards_suite.GuardsSuite, base.StoreTest):
    pass


class SQLiteRecoveryPageTest(
    base.SQLite, paging_suite.RecoveryPageSuite, base.StoreTest
):
    pass


class SQLitePartsPageTest(
    base.SQLite, paging_suite.PartsPageSuite, base.StoreTest
):
    pass


class SQLiteMigrationTest(
    base.SQLite, migration_suite.MigrationSuite, base.StoreTest
):
    pass


class SQLiteFileTest(base.SQLite, base.StoreTest):
    """Writing fails, and works again once the cause is gone."""

    def setUp(self):
        super().setUp()
        self.file = self.directory / 'nova-ha.sqlite'
        self.opened = self.open()

    def assert_unavailable(self):
        recovery = base.new_recovery()
        for call in (
            self.store.check,
            lambda: self.store.get(self.opened.uuid),
            lambda: self.store.save(self.opened, 'me'),
            lambda: self.store.open(recovery, base.new_event(recovery)),
        ):
            with self.assertRaises(errors.StoreUnavailable) as caught:
                call()
            self.assertIn(str(self.file), str(caught.exception))

    def test_commits_are_on_the_disk(self):
        with schema.connected(self.conf) as connection:
            pragmas = {
                name: connection.exec_driver_sql(f'PRAGMA {name}').scalar()
                for name in ('journal_mode', 'synchronous', 'foreign_keys')
            }
        self.assertEqual(
            {'journal_mode': 'wal', 'synchronous': 2, 'foreign_keys': 1},
            pragmas,
        )

    def test_a_file_that_is_gone_is_not_written(self):
        away = self.file.rename(self.directory / 'away')
        self.assert_unavailable()
        self.assertFalse(self.file.exists())
        away.rename(self.file)
        self.assertEqual(self.opened, self.store.get(self.opened.uuid))
        self.store.check()

    def test_a_directory_in_its_place(self):
        away = self.file.rename(self.directory / 'away')
        self.file.mkdir()
        self.assert_unavailable()
        self.file.rmdir()
        away.rename(self.file)
        self.assertEqual(1, self.store.save(self.opened, 'me').generation)

    def test_garbage_in_its_place(self):
        self.file.unlink()
        self.file.write_bytes(b'this is no database' * 1000)
        self.assert_unavailable()

    def test_another_file_in_its_place_is_read(self):
        self.file.rename(self.directory / 'away')
        migration.sync(self.conf)
        self.assertEqual([], self.store.recoveries())
        self.store.check()


class SQLiteUrlTest(base.TemporaryDirectory):
    def test_nothing_is_made_before_sync(self):
        file = self.directory / 'deep' / 'store.sqlite'
        conf = base.configuration(f'sqlite:///{file}')
        made = store.SqlStore(conf)
        self.assertIsNone(schema.version(conf))
        with self.assertRaises(errors.StoreUnavailable):
            made.check()
        self.assertFalse(file.exists())

    def test_a_store_in_memory_is_refused(self):
        for connection in ('sqlite://', 'sqlite:///:memory:'):
            with self.assertRaisesRegex(url.InvalidDatabaseUrl, 'memory'):
                store.SqlStore(base.configuration(connection))


class UrlTest(unittest.TestCase):
    def test_a_url_that_is_none_is_not_quoted(self):
        for connection in ('geheim', 'mysql+pymysql:/u:geheim@h/x', 'x://'):
            with self.assertRaises(errors.StoreError) as caught:
                store.SqlStore(base.configuration(connection))
            self.assertNotIn('geheim', str(caught.exception))

    def test_a_driver_that_is_not_there(self):
        conf = base.configuration('mysql+nosuch://u:geheim@h/x')
        with self.assertRaises(url.InvalidDatabaseUrl) as caught:
            store.SqlStore(conf)
        self.assertIn('nova-ha[mysql]', str(caught.exception))
        self.assertNotIn('geheim', str(caught.exception))

    def test_refused_connections_tell_no_password(self):
        for driver in ('mysql+pymysql', 'postgresql+psycopg2'):
            conf = base.configuration(f'{driver}://u:geheim@127.0.0.1:1/x')
            made = store.SqlStore(conf)
            with self.assertRaises(errors.StoreUnavailable) as caught:
                made.check()
            text = str(caught.exception)
            self.assertIn('127.0.0.1:1', text)
            self.assertIn('refused', text)
            self.assertNotIn('geheim', text)

    def test_a_wait_that_is_no_number(self):
        conf = base.configuration(
            'postgresql+psycopg2://u:geheim@h/x?read_timeout=soon'
        )
        with self.assertRaises(url.InvalidDatabaseUrl) as caught:
            store.SqlStore(conf)
        self.assertIn('read_timeout', str(caught.exception))
        self.assertNotIn('geheim', str(caught.exception))

    def test_what_the_operator_says_goes_first(self):
        conf = base.configuration('mysql+pymysql://h/x?read_timeout=7')
        conf.set_override(
            'connection_parameters', 'connect_timeout=5', group='database'
        )
        query = url.from_conf(conf).query
        self.assertEqual('7', query['read_timeout'])
        self.assertEqual('5', query['connect_timeout'])
        self.assertEqual('utf8mb4', query['charset'])
