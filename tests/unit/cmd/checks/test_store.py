# SPDX-License-Identifier: Apache-2.0
"""What is said of the store and the spool: real SQLite, real files."""

import contextlib
import os
import sqlite3

from nova_ha.cmd.checks import store
from nova_ha.db import migration
from nova_ha.db import schema
from nova_ha.db import spool
from tests.unit.cmd.checks import base
from tests.unit.db import test_spool


class StoreTest(base.CheckTest):
    def setUp(self):
        super().setUp()
        self.database = self.state / 'nova-ha.sqlite'

    def execute(self, statement):
        with contextlib.closing(sqlite3.connect(self.database)) as connection:
            connection.execute(statement)
            connection.commit()

    def test_none_yet(self):
        self.assert_failure('nova-ha-manage db sync', store.check_store)
        self.assertFalse(self.database.exists())

    def test_of_this_release(self):
        migration.sync(self.conf())
        self.assert_good(store.check_store, schema.head())

    def test_behind(self):
        migration.sync(self.conf())
        self.execute("UPDATE alembic_version SET version_num = '0003'")
        told = self.assert_failure('has schema 0003', store.check_store)
        self.assertIn('nova-ha-manage db sync', told)

    def test_ahead(self):
        migration.sync(self.conf())
        self.execute("UPDATE alembic_version SET version_num = 'f00d'")
        self.assert_failure('belongs to a newer nova-ha', store.check_store)

    def test_unversioned(self):
        migration.sync(self.conf())
        self.execute('DROP TABLE alembic_version')
        self.assert_failure('belongs to another program', store.check_store)

    def test_away(self):
        self.connect('mysql+pymysql://u:hidden@127.0.0.1:9/x')
        told = self.assert_warning('cannot be told', store.check_store)
        self.assertNotIn('hidden', told)

    def test_no_driver(self):
        self.connect('mysql+mysqldb://u:hidden@127.0.0.1:9/x')
        told = self.assert_failure('nova-ha[mysql]', store.check_store)
        self.assertNotIn('hidden', told)

    def test_no_url(self):
        self.connect('nova-ha')
        self.assert_failure('is no database URL', store.check_store)

    def connect(self, url):
        self.configure(f'[database]\nconnection = {url}\n')

    @base.needs_root
    def test_made_by_root_for_whoever_owns_its_directory(self):
        os.chown(self.state, base.NOBODY, base.NOBODY)
        migration.sync(self.conf())
        found = {
            (path.stat().st_uid, path.stat().st_gid)
            for path in self.state.iterdir()
        }
        self.assertEqual({(base.NOBODY, base.NOBODY)}, found)


class StateTest(base.CheckTest):
    def setUp(self):
        super().setUp()
        self.path = self.state / spool.DIRECTORY
        self.spool = spool.FileSpool(self.path)

    def test_nothing_is_made_by_looking(self):
        self.assert_good(store.check_state)
        self.assertEqual([], list(self.state.iterdir()))

    def test_no_state_path(self):
        self.state.rmdir()
        self.assert_failure('No such file', store.check_state)

    def test_what_waits(self):
        self.spool.put(test_spool.new_record('compute1'))
        self.spool.put(test_spool.new_record('compute2'))
        self.assert_warning('2 verified power-offs wait', store.check_state)
        self.assertEqual(2, len(self.spool.entries()))

    def test_what_this_release_cannot_read(self):
        self.spool.put(test_spool.new_record('compute1'))
        [file] = self.path.iterdir()
        file.write_text('{"version": 99}')
        self.assert_failure('the release that wrote it', store.check_state)
        self.assertTrue(file.exists())
        self.assertEqual([], self.spool.entries())
        self.assert_warning('could not be read', store.check_state)

    @base.needs_root
    def test_what_the_fencer_cannot_write(self):
        self.open_to_others()
        migration.sync(self.conf())
        self.spool.put(test_spool.new_record('compute1'))
        os.chown(self.state, base.NOBODY, base.NOBODY)
        told = self.assert_failure(
            f'chown nobody {self.path}', store.check_state
        )
        self.assertIn(f'chown nobody {self.state / "nova-ha.sqlite"}', told)
