# SPDX-License-Identifier: Apache-2.0
"""Migrations, whatever the database."""

import dataclasses

from alembic import autogenerate
from alembic import migration as alembic_migration
import sqlalchemy as sa

from nova_ha.db import migration
from nova_ha.db import models
from nova_ha.db import schema
from nova_ha.recovery import errors
from tests.unit.db import base

ADDED = {
    '0002': (
        ('recoveries', 'power_on_asked_at'),
        ('recoveries', 'sealed_at'),
    ),
    '0003': (
        ('evacuations', 'priority'),
        ('evacuations', 'restart_group'),
        ('evacuations', 'target_state'),
        ('evacuations', 'storage'),
        ('evacuations', 'disk'),
        ('evacuations', 'decision'),
        ('evacuations', 'snapshot'),
    ),
    '0004': (
        ('recoveries', 'released_at'),
        ('recoveries', 'let_return_at'),
        ('rehearsed_instances', None),
        ('rehearsals', None),
        ('modes', None),
    ),
    '0005': (('loans', None),),
    '0006': (
        ('evacuations', 'max_age'),
        ('evacuations', 'image'),
        ('evacuations', 'restores'),
        ('evacuations', 'restore_asked_at'),
    ),
    '0007': (('evacuations', 'reset_state'),),
}
"""By revision: columns, or whole tables."""


class MigrationSuite:
    """Mixed into a StoreTest."""

    def test_migrations_make_what_the_models_say(self):
        with schema.connected(self.conf) as connection:
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
        self.assertEqual(schema.head(), schema.version(self.conf))
        schema.check(self.conf)
        self.assertEqual(opened, self.store.get(opened.uuid))

    def test_what_0001_holds_is_kept(self):
        opened = self.open()
        self.back_to('0001')
        with self.assertRaises(schema.SchemaOutOfDate) as caught:
            schema.check(self.conf)
        self.assertIn('schema 0001', str(caught.exception))
        self.forward()
        self.assertEqual(opened, self.store.get(opened.uuid))
        saved = self.store.save(
            dataclasses.replace(opened, sealed_at=base.START), 'me'
        )
        self.assertEqual(base.START, saved.sealed_at)

    def test_what_0002_holds_is_kept(self):
        opened = self.open()
        row = base.new_evacuation(opened)
        self.keep(row)
        self.back_to('0002')
        self.forward()
        self.assertEqual([row], self.store.evacuations(opened.uuid))

    def test_what_0003_holds_is_kept(self):
        opened = self.open()
        row = dataclasses.replace(
            base.new_evacuation(opened), priority=7, snapshot='s1'
        )
        self.keep(row)
        self.back_to('0003')
        self.forward()
        self.assertEqual([row], self.store.evacuations(opened.uuid))
        loan = base.new_loan(opened)
        self.store.take_spare(loan, 'me', 600.0)
        [found] = self.store.loans()
        self.assertEqual(loan.uuid, found.uuid)
        self.assertEqual([], self.store.modes(1))

    def test_what_0005_holds_is_kept(self):
        opened = self.open()
        row = base.new_evacuation(opened)
        self.keep(row)
        self.back_to('0005')
        self.forward()
        self.assertEqual([row], self.store.evacuations(opened.uuid))
        restored = dataclasses.replace(
            row,
            max_age=60,
            image='i1',
            restores=2,
            restore_asked_at=base.START,
        )
        self.keep(restored)
        self.assertEqual([restored], self.store.evacuations(opened.uuid))

    def keep(self, row):
        self.store.claim(row.recovery, 'me', 600.0)
        self.store.save_evacuations(row.recovery, 'me', [row])

    def forward(self):
        migration.sync(self.conf)
        schema.check(self.conf)

    def test_a_newer_schema_is_refused(self):
        self.set_version('9999')
        for refuse in (schema.check, migration.sync):
            with self.assertRaises(schema.SchemaOutOfDate) as caught:
                refuse(self.conf)
            self.assertIn('newer nova-ha', str(caught.exception))
        self.assertEqual('9999', schema.version(self.conf))

    def test_no_tables(self):
        with schema.connected(self.conf) as connection:
            metadata = sa.MetaData()
            metadata.reflect(connection)
            metadata.drop_all(connection)
        self.assertIsNone(schema.version(self.conf))
        with self.assertRaises(schema.SchemaOutOfDate) as caught:
            schema.check(self.conf)
        self.assertIn('nova-ha-manage db sync', str(caught.exception))
        for call in (self.store.check, self.store.recoveries):
            with self.assertRaises(errors.StoreUnavailable) as caught:
                call()
            self.assertIn('nova-ha-manage db sync', str(caught.exception))

    def back_to(self, revision):
        """Leave what a database of that revision has."""
        for later in sorted(ADDED, reverse=True):
            if later > revision:
                self.undo(ADDED[later])
        self.set_version(revision)

    def undo(self, added):
        with schema.connected(self.conf) as connection:
            for table, column in added:
                statement = f'DROP TABLE {table}'
                if column is not None:
                    statement = f'ALTER TABLE {table} DROP COLUMN {column}'
                connection.execute(sa.text(statement))

    def set_version(self, revision):
        with schema.connected(self.conf) as connection:
            connection.execute(
                sa.text('UPDATE alembic_version SET version_num = :v'),
                {'v': revision},
            )
