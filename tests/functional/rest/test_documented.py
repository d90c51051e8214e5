# SPDX-License-Identifier: Apache-2.0
"""The administrator's pages about the REST API, followed to the letter."""

import configparser
import json
import os

from tests.functional.osc import base as osc
from tests.functional.rest import base
from tests.functional.rest import certificates
from tests.functional.rest import typed
from tests.functional.servers.process import free_port

SERVING = 'The daemon serves the API on TCP beside its socket::'
ADMIN = "holds the administrator's password for this once::"
POLICY = '``/etc/nova-ha/policy.yaml``::'
QUERY = 'each with ``:asc`` or ``:desc``::'
CREATE = 'is recovered\nwith::'


class DocumentedTest(base.RestTestCase):
    def setUp(self):
        super().setUp()
        self.authority = certificates.Authority(self.directory)
        self.authority.sign('api')
        # Programs that are given no file find it there.
        usual = self.directory / '.nova-ha'
        usual.mkdir()
        self.policy = self.fencer.directory / 'policy.yaml'
        for file in (self.fencer.config_file, self.policy):
            (usual / file.name).symlink_to(file)
        self.page = self.read('rest-api')

    @property
    def url(self):
        return f'https://127.0.0.1:{self.port}'

    def ask(self, method, path, token=None, **more):
        more.setdefault('verify', str(self.authority.certificate))
        return super().ask(method, path, token, **more)

    def read(self, name):
        """Return a page; its machines and files are ours."""
        [project] = self.keystone.client.projects.list(name='lab')
        directory = str(self.directory)
        return typed.Page(
            f'admin/{name}',
            {
                'password = ...': f'password = {self.keystone.password}',
                'project_name = service': 'project_name = lab',
                'https://keystone.example.org:5000': self.keystone.address,
                'https://ha.example.org:8790': self.url,
                '192.0.2.11:11211': f'127.0.0.1:{free_port()}',
                '192.0.2.12:11211': f'127.0.0.1:{free_port()}',
                '192.0.2.11': '127.0.0.1',
                '/etc/nova-ha/tls': directory,
                '/etc/nova-ha/nova-ha.conf': str(self.fencer.config_file),
                '/etc/nova-ha/admin.conf': f'{directory}/admin.conf',
                '2ad3c4f0a1b74d3c9a1c0d5e6f708192': project.id,
            },
        )

    def serve(self):
        """Start the fencer with what the page has in nova-ha.conf."""
        parser = configparser.RawConfigParser()
        parser.read_string(self.page.block(SERVING))
        parser.set('api', 'bind_port', str(self.port))
        self.fencer.configure(
            {group: dict(parser[group]) for group in parser.sections()}
        )
        self.start()

    def type(self, begin, environment=os.environ):
        """Type the page's command that begins so; return what it prints."""
        done = typed.run(
            self.page.command(begin),
            {**environment, 'HOME': str(self.directory)},
        )
        self.assertEqual(0, done.returncode, done)
        return done.stdout

    def shell(self, name, **scope):
        """Return what somebody has whose shell is set up for openstack."""
        return osc.environment(
            {
                'OS_AUTH_URL': self.keystone.address,
                'OS_USERNAME': name,
                'OS_PASSWORD': self.keystone.password,
                'OS_USER_DOMAIN_ID': 'default',
                'OS_IDENTITY_API_VERSION': '3',
                'OS_CACERT': str(self.authority.certificate),
                **scope,
            }
        )

    def test_from_the_first_line_to_the_last(self):
        self.serve()
        self.in_the_catalogue()
        self.a_reader_on_the_system()
        self.a_project_of_operators()
        self.rules()
        # Of the machine itself, and of test_wsgi.
        self.page.command('usermod')
        self.page.command('uwsgi')
        self.assertEqual([], self.page.left)
        self.page = self.read('rest-api-resources')
        self.recoveries()
        self.assertEqual([], self.page.left)

    def in_the_catalogue(self):
        """Register it there, and take it out again at the end."""
        (self.directory / 'admin.conf').write_text(self.page.block(ADMIN))
        command = self.page.command('nova-ha-manage')
        done = typed.run(command)
        self.assertEqual((0, ''), (done.returncode, done.stderr))
        [found] = self.keystone.client.services.list(type='compute-ha')
        self.assertEqual('nova-ha', found.name)
        until = command.index('catalog')
        self.addCleanup(
            typed.run,
            # The page names it within a sentence.
            [
                *command[:until],
                *('catalog', 'unregister', '--region', 'RegionOne'),
            ],
        )

    def a_reader_on_the_system(self):
        users = self.keystone.client.users
        alice = users.create(
            'alice', domain='default', password=self.keystone.password
        )
        self.addCleanup(users.delete, alice)
        admin = self.shell('sysadmin', OS_SYSTEM_SCOPE='all')
        self.type('openstack role add', admin)
        seen = self.type('openstack --os-system-scope', self.shell('alice'))
        self.assertRegex(seen, r'\| compute1 +\|')

    def a_project_of_operators(self):
        reader = self.token('reader of a project')
        self.assert_error(
            self.ask('GET', '/v1/hosts', reader), 403, 'policy.forbidden'
        )
        self.policy.write_text(self.page.block(POLICY))
        self.assertEqual(200, self.ask('GET', '/v1/hosts', reader).status_code)
        body = {'mode': 'paused', 'reason': 'a test'}
        self.assert_error(
            self.ask('PUT', '/v1/mode', reader, json=body),
            403,
            'policy.forbidden',
        )

    def rules(self):
        seen = self.type('oslopolicy-sample-generator')
        self.assertIn('#"compute_ha:host:power_on": "rule:compute_ha:admin"',
                      seen)  # fmt: skip
        [project] = self.keystone.client.projects.list(name='lab')
        seen = self.type('oslopolicy-policy-generator')
        self.assertIn('"compute_ha:host:power_on"', seen)
        self.assertIn(project.id, seen)
        with self.policy.open('a') as file:
            file.write('"compute_ha:mode:set": "rule:compute_ha:admin"\n')
        seen = self.type('oslopolicy-list-redundant')
        self.assertIn('compute_ha:mode:set', seen)
        self.assertNotIn(project.id, seen)

    def recoveries(self):
        admin = self.token('admin')
        line, body = self.page.block(CREATE).splitlines()
        method, path = line.split()
        answer = self.ask(method, path, admin, json=json.loads(body))
        self.assertEqual(202, answer.status_code, answer.text)
        made = answer.json()['recovery']
        self.assertIn('it smokes', made['reason'])
        self.wait_for_state('forcing_down')
        path = f'/v1/recoveries/{made["uuid"]}/cancel'
        answer = self.ask('POST', path, admin)
        self.assertEqual(200, answer.status_code, answer.text)
        seen = self.type('nova-ha-manage recovery create')
        self.assertIn('compute1', seen)
        method, path = self.page.block(QUERY).split()
        answer = self.ask(method, path, admin)
        self.assertEqual(200, answer.status_code, answer.text)
        self.assertEqual([], answer.json()['recoveries'])
