# SPDX-License-Identifier: Apache-2.0
"""The store is not there: what is fenced goes to the spool."""

import contextlib

import pymysql

from tests.e2e import base


class SpoolTest(base.EndToEndTest):
    @property
    def spool(self):
        return self.daemon.service.directory / 'spool'

    def spooled(self):
        return sorted(self.spool.glob('*.json')) if self.spool.is_dir() else []

    def assert_taken_in(self, host):
        recovery = self.wait_for(host, 'evacuated')
        self.assertEqual([], self.spooled())
        self.assert_one_recovery(host)
        return recovery


class SQLiteAwayTest(SpoolTest):
    @contextlib.contextmanager
    def unwritable(self):
        """Somebody else writes all the time."""
        other = self.daemon.raw_store()
        other.execute('BEGIN IMMEDIATE')
        try:
            yield
        finally:
            other.execute('ROLLBACK')
            other.close()

    def test_sqlite_unwritable(self):
        self.boot('compute1', 2)
        self.crash('compute1')
        with self.unwritable():
            answer = self.fence('compute1')
            self.assertEqual(1, len(self.spooled()))
            self.assertEqual([], self.daemon.recoveries('compute1'))
        self.say(f'agent {answer.seconds:.2f} s, by the spool')
        self.assert_taken_in('compute1')

    def test_spool_unwritable_as_well(self):
        """The host is off, but that must not be told."""
        self.boot('compute1', 2)
        self.crash('compute1')
        self.spool.write_text('no directory\n')
        with self.unwritable():
            answer = self.agent.run('off', 'compute1', timeout=8)
            # Now, for the daemon may still be at the agent's last request.
            self.assertEqual([], self.world.records())
        self.assertEqual(1, answer.code)
        self.assertEqual('off', self.lab.host('compute1').power_state())
        self.assertEqual(1, len(answer.error.splitlines()), answer.error)
        self.assertIn('spool', answer.error)
        self.say(f'told after {answer.seconds:.1f} s: {answer.error.strip()}')
        self.spool.unlink()
        self.fence('compute1')  # Pacemaker's next try
        self.assert_taken_in('compute1')


class MariaDBAwayTest(SpoolTest):
    """The store is a database of the cloud's own MariaDB."""

    DATABASE = 'nova_ha'

    @property
    def options(self):
        url = self.lab.config.database_url(self.DATABASE)
        return {'database': {'connection': url}}

    def prepare_store(self):
        connection = pymysql.connect(
            host='127.0.0.1',
            port=self.lab.mariadb.port,
            user='lab',
            password=self.lab.config.password,
        )
        with connection, connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS {self.DATABASE}')
            cursor.execute(f'CREATE DATABASE {self.DATABASE}')
        self.daemon.service.synchronise()

    def test_mariadb_stopped(self):
        """And with it, keystone and nova have no database."""
        self.boot('compute1', 2)
        self.crash('compute1')
        with self.world.without(self.lab.mariadb):
            answer = self.fence('compute1')
            self.assertEqual(1, len(self.spooled()))
        self.say(f'agent {answer.seconds:.2f} s, by the spool')
        self.assert_taken_in('compute1')
