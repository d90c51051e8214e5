# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage pacemaker, run in this process."""

import json

from tests.unit.cluster import test_check_corpus
from tests.unit.cmd import test_manage

HOSTS = """\
hosts:
  - name: cmp1.example.org
    node: cmp1
    node_address: 198.51.100.11
    power: {driver: ipmi, address: 192.0.2.1, user: u, password: geheim}
  - name: cmp2.example.org
    node: cmp2
    power: {driver: fake}
"""

# Closed at once: nobody listens on port 1.
NOVA = """\
[nova]
auth_type = none
endpoint_override = http://127.0.0.1:1
"""


class PacemakerTest(test_manage.ManageTest):
    def setUp(self):
        super().setUp()
        self.hosts = self.directory / 'hosts.yaml'
        self.write_hosts(HOSTS)
        self.configure_more('')

    def write_hosts(self, text):
        self.hosts.write_text(text, encoding='utf-8')
        self.hosts.chmod(0o640)

    def configure_more(self, text):
        self.configure(
            f'[DEFAULT]\nstate_path = {self.directory}\n'
            f'hosts_file = {self.hosts}\n{text}'
        )


class ConfigTest(PacemakerTest):
    def config(self, *arguments):
        return self.assert_done(
            'pacemaker', 'config', '--controllers', 'ctl1', *arguments
        )

    def test_pcs_is_the_default(self):
        text = self.config()
        self.assertTrue(text.startswith('#!/bin/sh\n'))
        self.assertEqual(text, self.config('--format', 'pcs'))
        self.assertIn('server=198.51.100.11', text)
        self.assertNotIn('geheim', text)

    def test_options_and_configuration_go_in(self):
        self.configure_more(
            '[cluster]\ngate_attribute = my-gate\ncompute_resource = c\n'
            '[fencer]\nsocket = /srv/fencer.sock\nfence_timeout = 80.5\n'
        )
        text = self.config(
            *('--format', 'crm'),
            *('--service', 'n=systemd:n'),
            *('--service', 'c=ocf:lab:c,monitor:interval=5s:timeout=10s'),
            *('--monitor-interval', '2', '--monitor-timeout', '5'),
            *('--reconnect-interval', '5'),
            *('--alert-path', '/opt/nova-ha-alert'),
        )
        for part in (
            'rule -inf: my-gate eq shut',
            'primitive c ocf:lab:c',
            'op monitor interval=5s timeout=10s',
            'op monitor interval=2s timeout=5s',
            'reconnect_interval=5s',
            'timeout=86',
            'pcmk_off_timeout=91s',
            'alert nova-ha-alert /opt/nova-ha-alert',
            'to /srv/fencer.sock',
            f'config={self.file}',
        ):
            self.assertIn(part, text)
        self.assertNotIn('is taken to be', text)
        self.assertIn(
            'params timeout=70',
            self.config('--format', 'crm', '--fence-timeout', '70').replace(
                'params socket=/srv/fencer.sock \\\n        ', 'params '
            ),
        )

    def test_secrets(self):
        make = ('--power-agent', 'fence_ipmilan')
        self.write_hosts(HOSTS.replace('{driver: fake}', '{driver: external}'))
        self.assertIn(
            'driver ipmi only',
            self.assert_failed(
                'pacemaker', 'config', '--controllers', 'ctl1', *make
            ),
        )
        self.write_hosts(HOSTS.partition('  - name: cmp2')[0])
        self.assertNotIn('geheim', self.config(*make))
        self.assertIn(
            'password=geheim',
            self.config(*make, '--format', 'crm', '--show-secrets'),
        )
        self.assertIn(
            '--format crm',
            self.assert_failed(
                *('pacemaker', 'config', '--controllers', 'ctl1'),
                *(*make, '--show-secrets'),
            ),
        )

    def test_controllers_with_numbers(self):
        text = self.config(
            '--format', 'xml', '--controllers', 'ctl1:10,ctl2:20'
        )
        self.assertIn('<node id="20" uname="ctl2">', text)

    def test_usage(self):
        for arguments in (
            [],
            ['--controllers', 'a:1,b:1'],
            ['--controllers', 'a:x'],
            ['--controllers', 'a', '--format', 'json'],
            ['--controllers', 'a', '--monitor-timeout', '0'],
            ['--controllers', 'a', '--fence-timeout', '3601'],
        ):
            code, _, err = self.run_command('pacemaker', 'config', *arguments)
            self.assertEqual(2, code, err)

    def test_what_cannot_be_made(self):
        for arguments, expected in (
            (['--service', 'x'], 'is not NAME=AGENT'),
            (['--controllers', 'cmp1'], 'cmp1 is the name of'),
        ):
            line = self.assert_failed(
                'pacemaker', 'config', '--controllers', 'ctl1', *arguments
            )
            self.assertIn(expected, line)

    def test_a_bad_hosts_file_is_told_whole(self):
        self.write_hosts('hosts:\n- {name: a, node_address: 1}\n- {}\n')
        code, _, err = self.run_command(
            'pacemaker', 'config', '--controllers', 'ctl1'
        )
        self.assertEqual(1, code)
        self.assertIn('node_address: must be text', err)
        self.assertIn('host number 2', err)


class CheckTest(PacemakerTest):
    def cib(self, name):
        return str(test_check_corpus.CIBS / f'{name}.xml')

    def test_a_good_one(self):
        out = self.assert_done(
            'pacemaker', 'check', '--cib', self.cib('good-one-controller')
        )
        self.assertEqual('No trap found.\n', out)

    def test_notes_are_no_failure(self):
        out = self.assert_done(
            'pacemaker', 'check', '--cib', self.cib('watchdog-unused')
        )
        self.assertIn('note', out)
        self.assertIn('watchdog-unused', out)

    def test_a_bad_one(self):
        code, out, err = self.run_command(
            'pacemaker', 'check', '--cib', self.cib('unfencing')
        )
        self.assertEqual((1, ''), (code, err))
        self.assertIn('| error', out)
        self.assertTrue(all(len(line) < 80 for line in out.splitlines()))

    def test_json(self):
        code, out, _ = self.run_command(
            *('pacemaker', 'check', '-f', 'json'),
            *('--cib', self.cib('unfencing')),
        )
        self.assertEqual(1, code)
        [found] = json.loads(out)
        self.assertEqual('error', found['severity'])
        self.assertEqual('unfencing', found['trap'])
        self.assertEqual(['nova-ha-fence', 'nova-compute'], found['places'])

    def test_options_are_heeded(self):
        self.configure_more(
            '[cluster]\ngate_attribute = other\n'
            '[fencer]\nsocket = /other\nfence_timeout = 56\n'
        )
        code, out, _ = self.run_command(
            'pacemaker', 'check', '--cib', self.cib('good-one-controller')
        )
        self.assertEqual(1, code)
        for trap in ('gate-missing', 'alert-deaf', 'agent-gives-up-early'):
            self.assertIn(trap, out)

    def test_nova_away(self):
        self.configure_more(NOVA)
        code, out, err = self.run_command(
            *('pacemaker', 'check', '--nova'),
            *('--cib', self.cib('good-one-controller')),
        )
        self.assertEqual((0, 'No trap found.\n'), (code, out))
        self.assertIn('not compared with nova', err)

    def test_what_is_no_cib(self):
        for text, expected in (
            ('', 'not XML'),
            ('<cib', 'not XML'),
            ('<configuration/>', 'cibadmin --query'),
            ('<cib/>', 'cibadmin --query'),
        ):
            file = self.directory / 'cib.xml'
            file.write_text(text, encoding='utf-8')
            line = self.assert_failed('pacemaker', 'check', '--cib', str(file))
            self.assertIn(expected, line)
            self.assertIn(str(file), line)

    def test_a_file_that_is_not_there(self):
        line = self.assert_failed('pacemaker', 'check', '--cib', '/nonesuch')
        self.assertIn('/nonesuch', line)
