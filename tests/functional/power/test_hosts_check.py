# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage hosts, as it is typed."""

import json
import subprocess
import sys

from testtools import matchers

from tests.bmc import faulty
from tests.functional.power import base


class HostsCommandTest(base.PowerTestCase):
    def setUp(self):
        super().setUp()
        self.good, self.silent = self.faulty_bmcs(2)
        self.silent.set(silent=True)
        self.directory = self.temporary_directory()
        (self.directory / 'nova-ha.conf').write_text(
            f'[DEFAULT]\nhosts_file = {self.directory}/hosts.yaml\n'
        )
        password = self.directory / 'password'
        password.write_text(f'{faulty.PASSWORD}\n')
        password.chmod(0o600)
        self.write_hosts(f"""
            defaults:
              power:
                {{driver: ipmi, address: 127.0.0.1, user: admin,
                  password_file: password}}
            hosts:
              - {{name: good, node: g, power: {{port: {self.good.port}}}}}
              - {{name: dead, power: {{port: {self.silent.port}}}}}
              - name: wrong
                power:
                  {{address: localhost, port: {self.good.port},
                    password: '{faulty.PASSWORD}-no'}}
              - {{name: theirs, power: {{driver: external}}}}
            """)

    def write_hosts(self, text):
        path = self.directory / 'hosts.yaml'
        path.write_text(text)
        path.chmod(0o640)

    def manage(self, *arguments):
        done = subprocess.run(
            [
                *(sys.executable, '-m', 'nova_ha.cmd.manage'),
                *('--config-file', str(self.directory / 'nova-ha.conf')),
                *('hosts', *arguments),
            ],
            capture_output=True,
            check=False,
            text=True,
        )
        for text in (done.stdout, done.stderr):
            self.assertNotIn(faulty.PASSWORD, text)
        return done

    def test_check(self):
        done = self.manage('check', '-f', 'json', '--timeout', '10')
        self.assertEqual(1, done.returncode)
        rows = {row['host']: row for row in json.loads(done.stdout)}
        self.assertEqual(['good', 'dead', 'wrong', 'theirs'], list(rows))
        self.assertEqual('on', rows['good']['state'])
        self.assertEqual('administrator', rows['good']['privilege'])
        self.assertGreater(rows['good']['ms'], 0)
        self.assertEqual('', rows['good']['problem'])
        self.assertIn('does not answer', rows['dead']['problem'])
        self.assertIn('refuses the password', rows['wrong']['problem'])
        self.assertEqual('', rows['theirs']['problem'])
        self.assertIn('2 of 4 have a problem.', done.stderr)
        self.assertEqual('on', self.good.state()['power'])

    def test_check_of_some(self):
        done = self.manage('check', 'g', 'theirs')
        self.assertEqual(0, done.returncode)
        self.assertEqual('', done.stderr)
        self.assertIn('good', done.stdout)
        self.assertNotIn('dead', done.stdout)

    def test_check_of_one_that_is_not_there(self):
        done = self.manage('check', 'nobody')
        self.assertEqual(1, done.returncode)
        self.assertIn('the hosts file names no host nobody', done.stderr)

    def test_list(self):
        done = self.manage('list')
        self.assertEqual(0, done.returncode)
        self.assertIn(f'127.0.0.1:{self.good.port}', done.stdout)

    def test_several_devices_have_a_line_each(self):
        (self.directory / 'state').write_text('off\n')
        self.write_hosts(f"""
            hosts:
              - name: c1
                power:
                  - {{driver: ipmi, address: 127.0.0.1, user: admin,
                      port: {self.good.port}, password_file: password}}
                  - {{driver: fence_agent, agent: fence_nothing, ip: 192.0.2.9,
                      password_file: password, plug: '7'}}
                  - {{driver: fake, state_file: {self.directory}/state}}
            """)
        done = self.manage('check', '-f', 'json')
        self.assertEqual(1, done.returncode)
        rows = json.loads(done.stdout)
        self.assertEqual(
            [
                ('c1', 'ipmi', f'127.0.0.1:{self.good.port}', 'on'),
                (
                    'c1',
                    'fence_agent',
                    'fence_nothing 192.0.2.9 plug 7',
                    'unknown',
                ),
                ('c1', 'fake', f'{self.directory}/state', 'off'),
            ],
            [
                (row['host'], row['driver'], row['device'], row['state'])
                for row in rows
            ],
        )
        self.assertIn('no such fence agent', rows[1]['problem'])
        self.assertIn('1 of 3 have a problem.', done.stderr)
        listed = json.loads(self.manage('list', '-f', 'json').stdout)
        self.assertEqual(
            [row['device'] for row in rows], [row['device'] for row in listed]
        )

    def test_every_mistake_in_the_file_is_printed(self):
        self.write_hosts('hosts:\n  - {nam: c1}\n  - {name: c2, x: y}\n')
        for verb in ('list', 'check'):
            done = self.manage(verb)
            self.assertEqual(1, done.returncode)
            self.assertEqual('', done.stdout)
            self.assertThat(
                done.stderr.splitlines(),
                matchers.MatchesListwise(
                    [
                        matchers.Contains('yaml:2: host number 1: nam: '),
                        matchers.Contains('yaml:2: host number 1: name: '),
                        matchers.Contains('yaml:3: host c2: power.driver: '),
                        matchers.Contains('yaml:3: host c2: x: unknown'),
                    ]
                ),
            )
