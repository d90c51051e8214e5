# SPDX-License-Identifier: Apache-2.0
"""Migrations, whatever the database."""

import dataclasses

from alembic import autogenerate
from alembic import migration as alembic_migration
import sqlalchemy as sa

from nova_ha.db import migration
from nova_ha.db import models
from nova_ha.recovery import errors
from tests.unit.db import base

ADDED_BY_0002 = (
    ('recoveries', 'power_on_asked_at'),
    ('recoveries', 'sealed_at'),
)
ADDED_BY_0003 = (
    ('evacuations', 'priority'),
    ('evacuations', 'restart_group'),
    ('evacuations', 'target_state'),
    ('evacuations', 'storage'),
    ('evacuations', 'disk'),
    ('evacuations', 'decision'),
    ('evacuations', 'snapshot'),
)
ADDED_BY_0004 = (
    ('recoveries', 'released_at'),
    ('recoveries', 'let_return_at'),
)
TABLES_OF_0004 = ('rehearsed_instances', 'rehearsals', 'modes')


class MigrationSuite:
    """Mixed into a StoreTest."""

    def test_migrations_make_what_the_models_say(self):
        with migration.connected(self.conf) as connection:
            context = alembic_migration.MigrationContext.configure(
                connection, opts={'compare_server_default': True}
            )
            difference = autogenerate.compare_metadata(
                context, models.Base.metadata
            )
        self.assertEqual([], difference)

    def test_sync_may_be_repeated(self):
        opened = self.open()
        migration.sync(self.conf)
        self.assertEqual(migration.head(), migration.version(self.conf))
        migration.check(self.conf)
        self.assertEqual(opened, self.store.get(opened.uuid))

    def test_what_0001_holds_is_kept(self):
        opened = self.open()
        self.undo_0004()
        self.undo(ADDED_BY_0003)
        self.undo(ADDED_BY_0002)
        self.set_version('0001')
        with self.assertRaises(migration.SchemaOutOfDate) as caught:
            migration.check(self.conf)
        self.assertIn('schema 0001', str(caught.exception))
        migration.sync(self.conf)
        migration.check(self.conf)
        self.assertEqual(opened, self.store.get(opened.uuid))
        saved = self.store.save(
            dataclasses.replace(opened, sealed_at=base.START), 'me'
        )
        self.assertEqual(base.START, saved.sealed_at)

    def test_what_0002_holds_is_kept(self):
        opened = self.open()
        row = base.new_evacuation(opened)
        self.store.claim(opened.uuid, 'me', 600.0)
        self.store.save_evacuations(opened.uuid, 'me', [row])
        self.undo_0004()
        self.undo(ADDED_BY_0003)
        self.set_version('0002')
        migration.sync(self.conf)
        migration.check(self.conf)
        self.assertEqual([row], self.store.evacuations(opened.uuid))

    def test_what_0003_holds_is_kept(self):
        opened = self.open()
        self.undo_0004()
        self.set_version('0003')
        migration.sync(self.conf)
        migration.check(self.conf)
        self.assertEqual(opened, self.store.get(opened.uuid))
        self.assertEqual([], self.store.modes(1))

    def test_a_newer_schema_is_refused(self):
        self.set_version('9999')
        for refuse in (migration.check, migration.sync):
            with self.assertRaises(migration.SchemaOutOfDate) as caught:
                refuse(self.conf)
            self.assertIn('newer nova-ha', str(caught.exception))
        self.assertEqual('9999', migration.version(self.conf))

    def test_no_tables(self):
        with migration.connected(self.conf) as connection:
            metadata = sa.MetaData()
            metadata.reflect(connection)
            metadata.drop_all(connection)
        self.assertIsNone(migration.version(self.conf))
        with self.assertRaises(migration.SchemaOutOfDate) as caught:
            migration.check(self.conf)
        self.assertIn('nova-ha-manage db sync', str(caught.exception))
        for call in (self.store.check, self.store.recoveries):
            with self.assertRaises(errors.StoreUnavailable) as caught:
                call()
            self.assertIn('nova-ha-manage db sync', str(caught.exception))

    def undo(self, added):
        """Drop the columns that a migration has added."""
        with migration.connected(self.conf) as connection:
            for table, column in added:
                connection.execute(
                    sa.text(f'ALTER TABLE {table} DROP COLUMN {column}')
                )

    def undo_0004(self):
        self.undo(ADDED_BY_0004)
        with migration.connected(self.conf) as connection:
            for table in TABLES_OF_0004:
                connection.execute(sa.text(f'DROP TABLE {table}'))

    def set_version(self, revision):
        with migration.connected(self.conf) as connection:
            connection.execute(
                sa.text('UPDATE alembic_version SET version_num = :v'),
                {'v': revision},
            )
