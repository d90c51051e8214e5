# SPDX-License-Identifier: Apache-2.0
"""Who may in over TCP; Keystone is a function here."""

import unittest

from falcon import testing
from keystoneauth1 import exceptions as ks_exceptions
from oslo_config import cfg

from nova_ha.api import app
from nova_ha.api import identity
from nova_ha.api import routes
from nova_ha.api import settings
from nova_ha.api.route import Parts
from nova_ha.conf import api
from nova_ha.conf import fencer
from nova_ha.policies import enforcer
from nova_ha.recovery import modes
from tests.unit.api import scripted

#: By token: the headers that auth_token sets. It removes those of clients.
PEOPLE = {
    'reader': {
        'HTTP_X_ROLES': 'reader',
        'HTTP_X_USER_ID': 'u-reader',
        'HTTP_X_USER_NAME': 'rita',
        'HTTP_X_USER_DOMAIN_NAME': 'Default',
        'HTTP_OPENSTACK_SYSTEM_SCOPE': 'all',
    },
    'admin': {
        'HTTP_X_ROLES': 'admin,manager,reader',
        'HTTP_X_USER_ID': 'u-admin',
        'HTTP_X_USER_NAME': 'ada',
        'HTTP_X_USER_DOMAIN_NAME': 'Default',
        'HTTP_X_PROJECT_ID': 'p1',
    },
    'nameless': {
        'HTTP_X_ROLES': 'admin',
        'HTTP_X_USER_ID': 'u-nameless',
        'HTTP_X_PROJECT_ID': 'p1',
    },
    'plain': {
        'HTTP_X_ROLES': 'reader,member',
        'HTTP_X_USER_ID': 'u-plain',
        'HTTP_X_USER_NAME': 'paul',
        'HTTP_X_PROJECT_ID': 'p1',
    },
}
WHERE = 'Keystone uri="http://keystone"'


class Keystone:
    """What auth_token does, as far as the gate can tell."""

    def __init__(self):
        self.away = None
        self.asked = 0

    def __call__(self, environment, start_response):
        self.asked += 1
        if self.away is not None:
            raise self.away
        token = environment.get('HTTP_X_AUTH_TOKEN')
        if token == 'unlucky':
            start_response('503 Service Unavailable', [])
            return [b'away']
        if token not in PEOPLE:
            start_response('401 Unauthorized', [('WWW-Authenticate', WHERE)])
            return [b'who are you?']
        environment.update(PEOPLE[token])
        return identity.known(environment, start_response)


class IdentityTestCase(unittest.TestCase):
    def setUp(self):
        self.engine = scripted.Engine()
        self.keystone = Keystone()
        conf = cfg.ConfigOpts()
        for module in (api, fencer):
            module.register_opts(conf)
        conf([], default_config_files=[])
        self.client = testing.TestClient(
            app.build(
                [route for route in routes.ROUTES if not route.local],
                Parts(
                    self.engine.archive, self.engine, settings.Defaults(conf)
                ),
                identity.Gate(self.keystone, enforcer.Policy(conf)),
            )
        )

    def ask(self, method, path, token=None, **more):
        headers = dict(more.pop('headers', {}))
        if token:
            headers['X-Auth-Token'] = token
        return self.client.simulate_request(
            method, path, headers=headers, **more
        )

    def assert_error(self, result, status, code):
        self.assertEqual(status, result.status_code, result.text)
        self.assertEqual(code, result.json['error']['code'])
        return result.json['error']['message']


class GateTest(IdentityTestCase):
    def test_a_reader_reads_and_changes_nothing(self):
        result = self.ask('GET', '/v1/hosts', 'reader')
        self.assertEqual(200, result.status_code)
        result = self.ask(
            'PUT',
            '/v1/mode',
            'reader',
            json={'mode': 'paused', 'reason': 'x'},
        )
        message = self.assert_error(result, 403, 'policy.forbidden')
        self.assertIn('compute_ha:mode:set', message)
        self.assertEqual(modes.ARMED, self.engine.standing)

    def test_a_role_in_a_project_shows_nothing(self):
        result = self.ask('GET', '/v1/hosts', 'plain')
        message = self.assert_error(result, 403, 'policy.forbidden')
        self.assertIn('--os-system-scope all', message)

    def test_the_record_names_who_it_was(self):
        for token, name in (
            ('admin', 'ada@Default'),
            ('nameless', 'u-nameless'),
        ):
            self.ask(
                'PUT',
                '/v1/mode',
                token,
                json={'mode': 'paused', 'reason': 'x'},
            )
            self.assertEqual(name, self.engine.standing.by)

    def test_no_token_or_a_wrong_one(self):
        for token, word in ((None, 'X-Auth-Token'), ('stolen', 'none that')):
            result = self.ask('GET', '/v1/hosts', token)
            message = self.assert_error(result, 401, 'auth.required')
            self.assertIn(word, message)
            self.assertEqual(WHERE, result.headers['www-authenticate'])

    def test_headers_make_nobody_an_admin(self):
        """Keystone refuses; what the client claims is not looked at."""
        result = self.ask(
            'GET',
            '/v1/hosts',
            headers={'X-Roles': 'admin', 'X-Identity-Status': 'Confirmed'},
        )
        self.assert_error(result, 401, 'auth.required')

    def test_keystone_away(self):
        for trouble in (
            ks_exceptions.ConnectFailure('no route'),
            ks_exceptions.EndpointNotFound('no catalogue'),
        ):
            self.keystone.away = trouble
            with self.assertLogs('nova_ha.api.identity', 'WARNING'):
                result = self.ask('GET', '/v1/hosts', 'reader')
            message = self.assert_error(result, 503, 'auth.unavailable')
            self.assertTrue(result.json['error']['retriable'])
            self.assertIn('Keystone', message)
        self.keystone.away = None
        result = self.ask('GET', '/v1/hosts', 'unlucky')
        self.assert_error(result, 503, 'auth.unavailable')

    def test_what_is_public_asks_nobody(self):
        self.keystone.away = ks_exceptions.ConnectFailure('no route')
        for path in (
            '/',
            '/v1',
            '/v1/',
            '/v1/openapi.json',
            '/v1/health/live',
            '/v1/health/ready',
        ):
            with self.subTest(path):
                result = self.ask('GET', path, 'stolen')
                self.assertEqual(200, result.status_code)
        self.assertEqual(0, self.keystone.asked)

    def test_the_fence_path_is_not_here(self):
        for path in ('/v1/fence', '/v1/hints'):
            result = self.ask('POST', path, 'admin', json={'host': 'cmp1'})
            self.assert_error(result, 404, 'route.unknown')

    def test_methods_that_there_are_not(self):
        result = self.ask('DELETE', '/v1/hosts', 'admin')
        self.assert_error(result, 405, 'route.method-not-allowed')
        self.assertEqual('GET, OPTIONS', result.headers['allow'])

    def test_every_operation_is_refused_to_nobody(self):
        for route in routes.ROUTES:
            if route.local:
                continue
            path = route.path.replace('{', '').replace('}', '')
            for method, operation in route.operations.items():
                with self.subTest(f'{method} {path}'):
                    result = self.ask(method, path)
                    public = not isinstance(operation.rule, str)
                    self.assertEqual(
                        200 if public else 401, result.status_code
                    )
        self.assertEqual([], self.engine.done)


class RequestIdTest(IdentityTestCase):
    GIVEN = 'req-11111111-2222-4333-8444-555555555555'

    def logged(self, given):
        with self.assertLogs('nova_ha.api.app', 'DEBUG') as logged:
            result = self.ask(
                'GET',
                '/v1/hosts',
                'reader',
                headers={'X-Openstack-Request-Id': given},
            )
        name = result.headers['x-openstack-request-id']
        self.assertNotEqual(given, name)
        self.assertIn(name, logged.output[-1])
        self.assertIn('rita@Default', logged.output[-1])
        return logged.output[-1]

    def test_the_name_of_a_client_is_logged_beside_ours(self):
        self.assertIn(self.GIVEN, self.logged(self.GIVEN))

    def test_only_names_that_are_some(self):
        for given in ('req-x', self.GIVEN + 'f', 'a\tb', '%s' * 40):
            self.assertNotIn(given, self.logged(given))


class ReadyTest(IdentityTestCase):
    def test_reasons(self):
        self.assertEqual(
            {'ready': True, 'reasons': []},
            self.ask('GET', '/v1/health/ready').json,
        )
        self.engine.reasons.append('the store is away')
        result = self.ask('GET', '/v1/health/ready')
        self.assertEqual(503, result.status_code)
        self.assertEqual(
            {'ready': False, 'reasons': ['the store is away']}, result.json
        )
