# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage catalog against a real Keystone."""

import json

from keystoneauth1 import adapter
from keystoneauth1 import session

from tests.functional.rest import base

URL = 'http://ha.example.org:8790'


class CatalogTest(base.RestTestCase):
    def setUp(self):
        super().setUp()
        self.login('admin')
        self.addCleanup(self.manage, 'unregister')
        self.services = self.keystone.client.services
        self.endpoints = self.keystone.client.endpoints

    def login(self, user):
        self.fencer.configure(
            {
                'keystone': {
                    'auth_section': '',
                    'auth_type': 'password',
                    'auth_url': self.keystone.address,
                    'username': user,
                    'password': self.keystone.password,
                    'project_name': 'admin' if user == 'admin' else 'lab',
                    'user_domain_id': 'default',
                    'project_domain_id': 'default',
                    'valid_interfaces': 'public',
                }
            }
        )

    def manage(self, verb, *more, region='RegionOne'):
        return self.fencer.manage(
            'catalog', verb, '--region', region, *more, '-f', 'json'
        )

    def done(self, verb, *more):
        result = self.manage(verb, *more)
        self.assertEqual((0, ''), (result.returncode, result.stderr))
        return [
            (one['done'], one['what'], one['about'])
            for one in json.loads(result.stdout)
        ]

    def test_register_again_and_unregister(self):
        service = 'nova-ha (compute-ha)'
        public = f'public {URL} in RegionOne'
        self.assertEqual(
            [
                ('created', 'service', service),
                ('created', 'endpoint', public),
            ],
            self.done('register', '--public-url', f'{URL}/'),
        )
        self.assertEqual(
            [('kept', 'service', service), ('kept', 'endpoint', public)],
            self.done('register', '--public-url', URL),
        )
        moved = 'https://elsewhere.example.org:8790'
        self.assertEqual(
            [
                ('kept', 'service', service),
                ('changed', 'endpoint', f'public {moved} in RegionOne'),
                ('created', 'endpoint', f'internal {URL} in RegionOne'),
            ],
            self.done(
                'register', '--public-url', moved, '--internal-url', URL
            ),
        )
        [found] = self.services.list(type='compute-ha')
        self.assertEqual(2, len(self.endpoints.list(service=found.id)))
        done = self.done('unregister')
        self.assertEqual(
            ['endpoint', 'endpoint', 'service'], [what for _, what, _ in done]
        )
        self.assertEqual([], self.services.list(type='compute-ha'))
        self.assertEqual([], self.done('unregister'))

    def test_what_somebody_changed_is_set_right(self):
        self.done('register', '--public-url', URL)
        [found] = self.services.list(type='compute-ha')
        self.services.update(found.id, name='ha', enabled=False)
        (change, *_), _ = self.done('register', '--public-url', URL)
        self.assertEqual('changed', change)
        [found] = self.services.list(type='compute-ha')
        self.assertEqual(('nova-ha', True), (found.name, found.enabled))

    def test_refusals(self):
        result = self.manage('register', '--public-url', URL, region='Mars')
        self.assert_failed(result, 'no region Mars, but RegionOne')
        result = self.manage('register', '--public-url', f'{URL}/v1')
        self.assertEqual(2, result.returncode)
        self.assertIn('leave the version away', result.stderr)

    def test_who_may_not(self):
        self.login('paul')
        result = self.manage('register', '--public-url', URL)
        self.assert_failed(result, 'may not do this')
        self.login('admin')

    def assert_failed(self, result, complaint):
        self.assertEqual(1, result.returncode, result.stdout)
        self.assertRegex(result.stderr, r'\A[^\n]+\n\Z')
        self.assertIn(complaint, result.stderr)

    def test_clients_find_the_api_by_the_catalogue(self):
        self.start_with_catalogue()
        client = adapter.Adapter(
            session.Session(
                self.keystone.auth('rita', **base.SYSTEM), timeout=30
            ),
            service_type='compute-ha',
            interface='public',
            min_version='1',
            max_version='1.latest',
            default_microversion='1.0',
        )
        answer = client.get('/hosts')
        self.assertEqual(
            ['compute1', 'compute2'],
            [host['name'] for host in answer.json()['hosts']],
        )
        self.assertEqual(f'{self.url}/v1/hosts', answer.url)

    def start_with_catalogue(self):
        self.done('register', '--public-url', self.url)
        self.fencer.configure(
            {
                'api': {'enabled': True, 'bind_port': self.port},
                'keystone_authtoken': base.authtoken(self.keystone),
            }
        )
        self.start()
