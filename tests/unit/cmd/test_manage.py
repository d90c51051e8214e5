# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage, run as an operator runs it but in this process."""

import contextlib
import dataclasses
import io
import json
import sqlite3

from nova_ha.cmd import commands
from nova_ha.cmd import manage
from nova_ha.db import schema
from nova_ha.recovery import model
from nova_ha.recovery import spares
from nova_ha.recovery import states
from tests.unit.db import base


class ManageTest(base.SQLite, base.StoreTest):
    def setUp(self):
        super().setUp()
        self.file = self.directory / 'nova-ha.conf'
        self.configure(f'[DEFAULT]\nstate_path = {self.directory}\n')

    def configure(self, text):
        self.file.write_text(text, encoding='utf-8')

    def run_command(self, *arguments):
        """Return the exit code, stdout and stderr."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = manage.main(
                    ['--config-file', str(self.file), *arguments]
                )
            except SystemExit as left:
                code = left.code
        return code, out.getvalue(), err.getvalue()

    def assert_done(self, *arguments):
        code, out, err = self.run_command(*arguments)
        self.assertEqual((0, ''), (code, err))
        return out

    def assert_failed(self, *arguments):
        """Return the one line that is told."""
        code, _, err = self.run_command(*arguments)
        self.assertEqual(1, code, err)
        [line] = err.splitlines()
        self.assertTrue(line.startswith('nova-ha-manage: '), line)
        return line


class UsageTest(ManageTest):
    def test_usage(self):
        for arguments in (
            [],
            ['nosuch'],
            ['db'],
            ['recovery', 'list', '--limit', '0'],
            ['recovery', 'list', '--all', '--active'],
            ['recovery', 'list', '-f', 'xml'],
            ['recovery', 'show'],
            ['explain'],
            ['explain', 'vm', '--host', 'compute-1'],
        ):
            code, _, err = self.run_command(*arguments)
            self.assertEqual(2, code)
            self.assertIn('usage: nova-ha-manage', err)

    def test_every_noun_has_help(self):
        for noun in commands.NOUNS:
            self.assertIn(
                f'usage: nova-ha-manage {noun}',
                self.assert_done(noun, '--help'),
            )

    def test_a_missing_file(self):
        self.file.unlink()
        self.assertIn(str(self.file), self.assert_failed('db', 'version'))

    def test_a_file_that_is_no_configuration(self):
        self.configure('this is none\n')
        self.assertIn(str(self.file), self.assert_failed('db', 'version'))

    def test_what_the_service_logs_to_is_left_alone(self):
        self.configure(
            f'[DEFAULT]\nstate_path = {self.directory}\n'
            f'log_dir = {self.directory}/log\ndebug = true\n'
        )
        self.assert_done('db', 'version')
        self.assertFalse((self.directory / 'log').exists())


class DbTest(ManageTest):
    def test_sync_and_version(self):
        (self.directory / 'nova-ha.sqlite').unlink()
        code, out, err = self.run_command('db', 'version')
        self.assertEqual((1, '(none)\n'), (code, out))
        self.assertIn('run: nova-ha-manage db sync', err)
        self.assertFalse((self.directory / 'nova-ha.sqlite').exists())

        head = schema.head()
        out = self.assert_done('db', 'sync')
        self.assertEqual(f'Schema (none) upgraded to {head}.\n', out)
        out = self.assert_done('db', 'sync')
        self.assertEqual(f'Schema {head} is up to date.\n', out)
        self.assertEqual(f'{head}\n', self.assert_done('db', 'version'))

    def test_a_database_that_cannot_be_reached(self):
        self.configure(
            '[database]\nconnection = mysql+pymysql://u:geheim@127.0.0.1:1/x\n'
        )
        for command in (
            ['db', 'sync'],
            ['db', 'version'],
            ['recovery', 'list'],
            ['recovery', 'show', 'compute-1'],
        ):
            line = self.assert_failed(*command)
            self.assertIn('127.0.0.1:1', line)
            self.assertNotIn('geheim', line)

    def test_a_directory_that_is_not_there(self):
        self.configure('[DEFAULT]\nstate_path = /nonexistent/dir\n')
        line = self.assert_failed('db', 'sync')
        self.assertIn('/nonexistent/dir/nova-ha.sqlite', line)

    def test_another_schema(self):
        with (
            contextlib.closing(
                sqlite3.connect(self.directory / 'nova-ha.sqlite')
            ) as connection,
            connection,
        ):
            connection.execute("UPDATE alembic_version SET version_num = 'x'")
        for command in (['db', 'sync'], ['recovery', 'list']):
            self.assertIn('newer nova-ha', self.assert_failed(*command))


class RecoveryTest(ManageTest):
    def setUp(self):
        super().setUp()
        opened = self.open('compute-1', message='two\nlines \x1b[31m')
        proof = model.OffProof('compute-1', 'ipmi', 'BMC', base.START)
        self.recovery = self.store.save(
            dataclasses.replace(
                opened, state=states.RecoveryState.EVACUATING, off_proof=proof
            ),
            'me',
            [base.new_event(opened, 'off_verified', message='by ipmi')],
        )
        self.evacuation = base.new_evacuation(
            opened, name='datenbank-ß', target='compute-2'
        )
        self.store.save_evacuations(opened.uuid, 'me', [self.evacuation], [])
        ended = self.open('compute-2')
        self.ended = self.store.save(
            dataclasses.replace(ended, state=states.RecoveryState.COMPLETED),
            'me',
        )

    def test_list(self):
        out = self.assert_done('recovery', 'list')
        self.assertIn(self.recovery.uuid, out)
        self.assertIn('evacuating', out)
        self.assertNotIn('\x1b', out)
        self.assertNotIn(self.ended.uuid, out)
        out = self.assert_done('recovery', 'list', '--all')
        self.assertIn(self.ended.uuid, out)
        out = self.assert_done('recovery', 'list', '--all', '--limit', '1')
        self.assertNotIn(self.recovery.uuid, out)

    def test_list_json(self):
        def listed(*arguments):
            out = self.assert_done(
                'recovery', 'list', '-f', 'json', *arguments
            )
            return [recovery['uuid'] for recovery in json.loads(out)]

        both = [self.ended.uuid, self.recovery.uuid]
        self.assertEqual(both, listed('--all'))
        self.assertEqual([self.recovery.uuid], listed('--active'))
        self.assertEqual([], listed('--host', 'compute-2'))
        self.assertEqual(
            [self.ended.uuid], listed('--host', 'compute-2', '--all')
        )

    def test_show(self):
        for wanted in (self.recovery.uuid, 'compute-1'):
            out = self.assert_done('recovery', 'show', wanted)
            for text in (
                self.recovery.uuid,
                'evacuating',
                'off_proof.witness',
                '2026-03-01 12:00:00.123',
                'Evacuations: 1',
                self.evacuation.instance,
                'datenbank-ß',
                'fence_requested',
                'by ipmi',
            ):
                self.assertIn(text, out)

    def test_show_json(self):
        out = self.assert_done('recovery', 'show', 'compute-1', '-f', 'json')
        shown = json.loads(out)
        self.assertEqual(self.recovery.uuid, shown['recovery']['uuid'])
        self.assertEqual('ipmi', shown['recovery']['off_proof']['method'])
        [evacuation] = shown['evacuations']
        self.assertEqual('datenbank-ß', evacuation['name'])
        names = [event['name'] for event in shown['events']]
        self.assertEqual(['fence_requested', 'off_verified'], names)
        self.assertEqual(
            '2026-03-01T12:00:00.123456+00:00', shown['events'][0]['at']
        )

    def test_show_takes_the_active_one_of_a_host_or_the_newest(self):
        earlier = base.START.replace(year=2025)
        active = self.open('compute-2', requested_at=earlier)
        self.assertEqual(active.uuid, self.shown('compute-2'))
        ended = dataclasses.replace(
            active, state=states.RecoveryState.CANCELLED
        )
        self.store.save(ended, 'me')
        self.assertEqual(self.ended.uuid, self.shown('compute-2'))

    def shown(self, wanted):
        out = self.assert_done('recovery', 'show', wanted, '-f', 'json')
        return json.loads(out)['recovery']['uuid']

    def test_show_what_is_not_there(self):
        line = self.assert_failed('recovery', 'show', 'compute-9')
        self.assertIn('compute-9', line)


HOSTS = """\
hosts:
  - {name: compute-1, power: {driver: external}}
  - {name: compute-2, power: {driver: external}, reserved: true}
  - {name: compute-3, power: {driver: external}, reserved: true}
"""


class SpareTest(ManageTest):
    """Nova is not there; what it says is shown by a functional test."""

    def setUp(self):
        super().setUp()
        hosts = self.directory / 'hosts.yaml'
        hosts.write_text(HOSTS, encoding='utf-8')
        self.configure(
            f'[DEFAULT]\nstate_path = {self.directory}\n'
            f'hosts_file = {hosts}\n'
            '[nova]\nauth_type = password\nauth_url = http://127.0.0.1:1\n'
            'username = u\npassword = p\nproject_name = s\n'
            'user_domain_name = d\nproject_domain_name = d\n'
            f'[fencer]\nsocket = {self.directory}/none.sock\n'
        )
        loan = base.new_loan(
            self.open('compute-1'),
            spare='compute-2',
            state=spares.LoanState.IN_USE,
            undo=spares.Undo('spare', (spares.Joined(3, 'ssd'),)),
            message='2 on compute-2: web, db',
        )
        self.loan = self.store.take_spare(loan, 'me', 600.0)

    def listed(self, *arguments):
        code, out, err = self.run_command('spare', 'list', *arguments)
        self.assertEqual(0, code, err)
        return out, err

    def test_list(self):
        out, err = self.listed()
        [lent] = [line for line in out.splitlines() if 'compute-2' in line]
        for word in ('in_use', 'compute-1', 'ssd', '2 on compute-2'):
            self.assertIn(word, lent)
        [free] = [line for line in out.splitlines() if 'compute-3' in line]
        self.assertIn('unknown', free)
        self.assertIn('nova cannot be asked: ', err)

    def test_list_json(self):
        lent, free = json.loads(self.listed('-f', 'json')[0])
        self.assertEqual(
            {
                'spare': 'compute-2',
                'state': 'in_use',
                'host': 'compute-1',
                'recovery': self.loan.recovery,
                'since': base.START.isoformat(),
                'returned_at': None,
                'disabled_reason': 'spare',
                'added_to': [{'id': 3, 'name': 'ssd'}],
                'message': '2 on compute-2: web, db',
            },
            lent,
        )
        self.assertEqual(
            ('compute-3', 'unknown'), (free['spare'], free['state'])
        )

    def test_ended_ones_are_listed_when_asked_for(self):
        ended = dataclasses.replace(
            self.loan,
            state=spares.LoanState.RETURNED,
            returned_at=base.START,
        )
        self.store.save_loan(ended, 'me')
        now = json.loads(self.listed('-f', 'json')[0])
        self.assertEqual(['unknown', 'unknown'], [r['state'] for r in now])
        every = json.loads(self.listed('--all', '-f', 'json')[0])
        self.assertEqual(
            ['unknown', 'returned', 'unknown'], [r['state'] for r in every]
        )

    def test_orders_need_the_fencer(self):
        for verb in ('give-back', 'keep'):
            line = self.assert_failed('spare', verb, 'compute-2')
            self.assertIn('none.sock', line)
