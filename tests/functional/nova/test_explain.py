# SPDX-License-Identifier: Apache-2.0
"""What nova shows of instances, and what the rules make of it."""

import json
import pathlib
import subprocess
import sys
import textwrap

import fixtures
from keystoneauth1 import session
from nova.tests import fixtures as nova_fixtures

from tests.functional.nova import base

MANAGE = pathlib.Path(sys.executable).parent / 'nova-ha-manage'
AMPHORA = 'amphora-6f1c3b8e-1111-4222-8333-44445555aaaa'

RULES = """\
groups: {db: {ready: active}}
rules:
  - name: databases
    reason: they earn the money
    when:
      metadata: {role: db}
      tags: [gold]
    set: {priority: 900, group: db, disk: wait, wait: 30, then: rebuild}
  - name: tests
    when: {name: 'test-*'}
    set: {evacuate: no, reset_state: on}
"""


class ExplainTestCase(base.NovaTestCase):
    hosts = ('host1', 'host2')

    def setUp(self):
        super().setUp()
        self.useFixture(nova_fixtures.CinderFixture(self))
        self.front.identity = self.auth.headers
        self.nova = session.Session(auth=self.auth)
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.rules = self.directory / 'rules.yaml'
        self.rules.write_text(RULES)
        self.conf = self.directory / 'nova-ha.conf'
        self.conf.write_text(
            textwrap.dedent(f"""
                [policy]
                rules_file = {self.rules}
                [nova]
                auth_type = none
                endpoint = {self.front.url}
            """)
        )

    # -- nova

    def ask(self, method, path, body=None):
        answer = self.nova.request(
            f'{self.front.url}{path}',
            method,
            json=body,
            microversion='2.90',
            microversion_service_type='compute',
        )
        return answer.json() if answer.content else None

    def make(self, name, host='host1', **more):
        """Boot an instance; return its uuid when it is ACTIVE."""
        server = self._build_server(name=name, networks='none', host=host)
        server.update(more)
        if 'block_device_mapping_v2' in more:
            del server['imageRef']
        made = self.ask('POST', '/servers', {'server': server})['server']
        self.wait_until(
            lambda: (
                self.ask('GET', f'/servers/{made["id"]}')['server']['status']
                == 'ACTIVE'
            ),
            name,
        )
        return made['id']

    def aggregate(self, name, host, **metadata):
        made = self.ask(
            'POST', '/os-aggregates', {'aggregate': {'name': name}}
        )['aggregate']
        path = f'/os-aggregates/{made["id"]}/action'
        self.ask('POST', path, {'add_host': {'host': host}})
        self.ask('POST', path, {'set_metadata': {'metadata': metadata}})

    def flavor(self, name, **extra_specs):
        flavor = self.ask(
            'POST',
            '/flavors',
            {'flavor': {'name': name, 'ram': 512, 'vcpus': 1, 'disk': 3}},
        )['flavor']['id']
        path = f'/flavors/{flavor}/os-extra_specs'
        self.ask('POST', path, {'extra_specs': extra_specs})
        return flavor

    # -- nova-ha-manage

    def run_command(self, *arguments):
        return subprocess.run(
            [MANAGE, '--config-file', self.conf, 'explain', *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def explain(self, *arguments):
        """Return what is told of each instance, by its name."""
        done = self.run_command(*arguments, '-f', 'json')
        self.assertEqual((0, ''), (done.returncode, done.stderr))
        found = json.loads(done.stdout)
        for one in found:
            one['said'] = {
                line['question']: (line['decided'], line['because'])
                for line in one['decisions']
            }
        return {one['name']: one for one in found}

    def assert_fails(self, expected, *arguments):
        done = self.run_command(*arguments)
        self.assertEqual(1, done.returncode, done.stdout)
        self.assertIn(expected, done.stderr)
        return done.stderr

    # -- tests

    def test_everything_on_a_host(self):
        flavor = self.flavor('quick', **{'nova_ha:priority': '700'})
        self.make('db', metadata={'role': 'db'}, tags=['gold', 'x'])
        self.make('quick', flavorRef=flavor, metadata={'role': 'db'})
        self.make('mine', metadata={'nova_ha:disk': 'rebuild'})
        self.make(
            'volume',
            block_device_mapping_v2=[
                {
                    'source_type': 'volume',
                    'destination_type': 'volume',
                    'boot_index': 0,
                    'uuid': nova_fixtures.CinderFixture.IMAGE_BACKED_VOL,
                }
            ],
            flavorRef=self.flavor('no-disk'),
        )
        self.make(AMPHORA)
        test = self.make('test-1')
        self.ask('POST', f'/servers/{test}/action', {'pause': None})
        paused = self.make('paused', metadata={'nova_ha:disk': 'rebuild'})
        self.ask('POST', f'/servers/{paused}/action', {'pause': None})
        self.make('elsewhere', host='host2')
        self.front.forget()

        found = self.explain('--host', 'host1')

        asked = self.asked()
        self.assertEqual(1, asked.count('GET /os-aggregates'))
        self.assertEqual(1, asked.count('GET /servers/detail'))
        self.assertEqual(
            {
                'db': 'waits',
                'quick': 'stays',
                'mine': 'evacuated',
                'volume': 'evacuated',
                AMPHORA: 'stays',
                'test-1': 'stays',
                'paused': 'stays',
            },
            {name: found[name]['outcome'] for name in found},
        )
        for name, question, decided, because in (
            ('db', 'priority', '900', "rule 'databases' (rules.yaml line 3)"),
            ('db', 'priority', '900', 'they earn the money'),
            ('db', 'group', 'db', "rule 'databases'"),
            ('db', 'disk', 'wait 30m, then rebuild', "rule 'databases'"),
            ('db', 'storage', 'local', 'made from an image'),
            ('quick', 'priority', '700', 'of flavor quick'),
            ('quick', 'disk', 'leave', 'by default'),
            ('quick', 'storage', 'local', '3 GiB'),
            ('mine', 'disk', 'rebuild', 'nova_ha:disk of the server'),
            ('volume', 'storage', 'volume', 'booted from a volume'),
            ('volume', 'disk', 'none', 'no local disk'),
            (AMPHORA, 'evacuate', 'no', 'Octavia replaces'),
            ('test-1', 'evacuate', 'no', "rule 'tests'"),
            ('test-1', 'reset_state', 'yes', "rule 'tests'"),
        ):
            said = found[name]['said'][question]
            self.assertEqual(decided, said[0], (name, said))
            self.assertIn(because, said[1])
        self.assertIn('nova evacuates it', found['db']['nova'])
        self.assertIn('paused', found['test-1']['nova'])
        self.assertEqual('paused', found['test-1']['vm_state'])

        # The operator's word, by an aggregate that the host is in.
        self.aggregate('rbd', 'host1', **{'nova_ha:storage': 'shared'})
        found = self.explain('--host', 'host1')
        self.assertEqual('evacuated', found['quick']['outcome'])
        self.assertIn(
            'nova_ha:storage of aggregate rbd',
            found['quick']['said']['storage'][1],
        )
        self.assertEqual('none', found['db']['said']['disk'][0])

        # And by a rules file that is not in force yet.
        new = self.directory / 'new.yaml'
        new.write_text(
            'rules: [{name: not, when: {aggregate: rbd}, set: {evacuate: no}}]'
        )
        found = self.explain('--host', 'host1', '--rules', str(new))
        self.assertEqual({'stays'}, {one['outcome'] for one in found.values()})
        new.write_text('rules: [{name: way, set: {reset_state: on}}]')
        found = self.explain('--host', 'host1', '--rules', str(new))
        self.assertEqual('evacuated', found['paused']['outcome'])
        self.assertIn('paused', found['paused']['nova'])

    def test_one_instance_as_a_table(self):
        uuid = self.make('db.1+[x]', metadata={'role': 'db'}, tags=['gold'])
        self.make('db.1+[y]')
        for wanted in (uuid, 'db.1+[x]'):
            done = self.run_command(wanted)
            self.assertEqual((0, ''), (done.returncode, done.stderr))
            for words in (
                f'db.1+[x] ({uuid})',
                'host1',
                'nova evacuates it in this state',
                'waits',
                "900 (rule 'databases' (rules.yaml line 3)",
            ):
                self.assertIn(words, done.stdout)
        self.assertEqual([], list(self.explain('--host', 'host2')))
        done = self.run_command('--host', 'host2')
        self.assertEqual('There is no instance on host2.\n', done.stdout)

    def test_what_goes_wrong(self):
        self.make('twin')
        self.make('twin')
        self.assert_fails('2 servers have the name twin', 'twin')
        self.assert_fails('no server with the uuid or name nosuch', 'nosuch')
        self.assert_fails(base.RECOVERY, base.RECOVERY)
        self.assert_fails('no nova-compute on host nosuch', '--host', 'nosuch')
        self.rules.write_text('rules:\n- name: a\n  set: {priority: 1001}\n')
        told = self.assert_fails(f'{self.rules}:3: rule', 'twin')
        self.assertIn("'a': set.priority: must be a whole number", told)
        self.assertEqual(2, self.run_command().returncode)
        self.assertEqual(2, self.run_command('a', '--host', 'b').returncode)
        self.rules.write_text('rules: []')
        self.front.identity = {**self.auth.headers, 'X-Roles': 'member'}
        self.assert_fails('nova', '--host', 'host1')
