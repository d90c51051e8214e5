# SPDX-License-Identifier: Apache-2.0
"""Tokens of a real Keystone, and what they are good for."""

import contextlib
import socket

from tests.functional.daemon.process import wait_until
from tests.functional.rest import base


class TokensTest(base.RestTestCase):
    def setUp(self):
        super().setUp()
        self.start()

    def test_who_may_what(self):
        reading = ('GET', '/v1/hosts', None)
        managing = ('POST', '/v1/recoveries/none/retry', {})
        deciding = ('PUT', '/v1/mode', {'mode': 'armed', 'reason': 'a test'})
        for who, allowed in (
            ('admin', (200, 404, 200)),
            ('admin of a project', (200, 404, 200)),
            ('manager', (200, 404, 403)),
            ('reader', (200, 403, 403)),
            ('manager of a project', (403, 403, 403)),
            ('reader of a project', (403, 403, 403)),
        ):
            token = self.token(who)
            with self.subTest(who):
                self.assertEqual(
                    allowed,
                    tuple(
                        self.ask(method, path, token, json=body).status_code
                        for method, path, body in (
                            reading,
                            managing,
                            deciding,
                        )
                    ),
                )

    def test_tokens_that_are_none(self):
        for what, token in (
            ('none', None),
            ('not from here', 'gAAAAABstolen'),
            ('no token at all', '\u00e4\u00f6'.encode().decode('latin-1')),
            ('revoked', self.revoked()),
        ):
            with self.subTest(what):
                answer = self.ask('GET', '/v1/hosts', token)
                self.assert_error(answer, 401, 'auth.required')
                self.assertEqual(
                    f'Keystone uri="{self.keystone.address}"',
                    answer.headers['WWW-Authenticate'],
                )

    def revoked(self):
        token = self.token('admin')
        self.keystone.revoke(token)
        return token

    def test_the_record_names_who_it_was(self):
        answer = self.ask(
            'PUT',
            '/v1/mode',
            self.token('admin'),
            json={'mode': 'paused', 'reason': 'the network is mended'},
        )
        self.assertEqual('sysadmin@Default', answer.json()['mode']['by'])
        seen = self.fencer.ask('GET', '/v1/mode')['mode']
        self.assertEqual('sysadmin@Default', seen['by'])

    def test_the_fence_path_is_not_on_tcp(self):
        answer = self.ask(
            'POST',
            '/v1/fence',
            self.token('admin'),
            json={'host': 'compute1'},
        )
        self.assert_error(answer, 404, 'route.unknown')

    def test_discovery(self):
        answer = self.ask('GET', '/')
        [version] = answer.json()['versions']
        self.assertEqual(
            f'{self.url}/v1', version['links'][0]['href'], answer.text
        )
        self.assertEqual(200, self.ask('GET', '/v1').status_code)
        self.assertEqual(
            '3.1.0', self.ask('GET', '/v1/openapi.json').json()['openapi']
        )
        self.assertEqual(
            {'ready': True, 'reasons': []},
            self.ask('GET', '/v1/health/ready').json(),
        )


class ExpiredTest(base.RestTestCase):
    def test_a_token_that_ran_out(self):
        self.start()
        token = self.keystone.short_lived_token('sysadmin', **base.SYSTEM)
        answer = self.ask('GET', '/v1/hosts', token)
        self.assert_error(answer, 401, 'auth.required')


class KeystoneAwayTest(base.RestTestCase):
    """Nobody can be let in; hosts are fenced all the same."""

    def options(self):
        return {'keystone_authtoken': {'http_request_max_retries': 0}}

    def test_it_goes_away_and_comes_back(self):
        self.start()
        token = self.token('reader')
        with self.keystone_stopped():
            answer = self.ask('GET', '/v1/hosts', token)
            message = self.assert_error(answer, 503, 'auth.unavailable')
            self.assertIn('Keystone does not answer', message)
            self.assertTrue(answer.json()['error']['retriable'])
            # Nothing of this needs Keystone.
            self.assertEqual(200, self.ask('GET', '/').status_code)
            self.assertEqual(
                200, self.ask('GET', '/v1/health/ready').status_code
            )
            hosts = self.fencer.ask('GET', '/v1/hosts')['hosts']
            self.assertEqual(2, len(hosts))
            fenced = self.fencer.fence('compute1')
            self.assertEqual('compute1', fenced['off_proof']['host'])
        wait_until(
            lambda: self.ask('GET', '/v1/hosts', token).ok,
            'a good answer again',
        )

    def test_it_is_away_at_the_start(self):
        with self.keystone_stopped():
            self.start()
            self.fencer.fence('compute1')
            answer = self.ask('GET', '/v1/hosts', 'any')
            self.assert_error(answer, 503, 'auth.unavailable')
        answer = self.ask('GET', '/v1/hosts', self.token('reader'))
        self.assertEqual(200, answer.status_code)

    @contextlib.contextmanager
    def keystone_stopped(self):
        self.keystone.stop()
        try:
            yield
        finally:
            self.keystone.start()


class CannotServeTest(base.RestTestCase):
    """Whatever keeps the API from TCP, the fence path is there."""

    def assert_fences_and_says(self, *words):
        self.fencer.start()
        self.fencer.fence('compute1')
        # A process has to start that says it.
        wait_until(
            lambda: 'cannot be served' in self.fencer.log(), 'a word of it', 60
        )
        for word in words:
            self.assertIn(word, self.fencer.log())
        self.assertNotIn('Traceback', self.fencer.log())

    def test_the_port_is_taken(self):
        with socket.create_server(('127.0.0.1', self.port)):
            self.assert_fences_and_says(str(self.port), 'Address already in')
        wait_until(self.answers, 'REST API', 60)

    def test_nothing_is_said_about_keystone(self):
        self.fencer.configure({'api': self.api()})
        self.assert_fences_and_says('[keystone_authtoken] auth_type')

    def test_no_certificate(self):
        self.fencer.configure(
            {'api': {**self.api(), 'tls_cert_file': '/nowhere.pem'}}
        )
        self.assert_fences_and_says('[api] tls_cert_file', '/nowhere.pem')

    def test_a_mistake_in_the_policy_file(self):
        policy = self.fencer.directory / 'policy.yaml'
        policy.write_text('a: b: c')
        self.fencer.configure(
            {
                'api': self.api(),
                'keystone_authtoken': base.authtoken(self.keystone),
                'oslo_policy': {'policy_file': policy},
            }
        )
        self.assert_fences_and_says('mapping values are not allowed')
        policy.write_text('{}')
        wait_until(self.answers, 'REST API', 60)

    def api(self):
        return {'enabled': True, 'bind_port': self.port}
