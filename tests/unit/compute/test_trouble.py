# SPDX-License-Identifier: Apache-2.0
"""Nova or keystone in trouble, over real sockets."""

from concurrent import futures
import datetime
import logging
import threading

import fixtures
import testtools

from nova_ha.compute import answers
from nova_ha.compute import connection
from nova_ha.compute import gateway
from nova_ha.recovery import errors
from nova_ha.recovery import model
from tests.unit.compute import cloud

UUID = '22222222-0000-4000-8000-000000000002'
PROOF = model.OffProof(
    'host1', 'fake', 'test', datetime.datetime.now(datetime.UTC)
)


def answer(status, body=None, **headers):
    return lambda nova: nova.answer(status, body, **headers)


def fault(code, message):
    return {'badRequest': {'code': code, 'message': message}}


class TroubleTestCase(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cloud.Cloud())
        self.gateway = self.cloud.gateway()
        self.gateway.warm()
        self.cloud.requests.clear()

    def unavailable(self, *scripts):
        """Evacuate with these answers; return what the error says."""
        self.cloud.scripts += scripts
        error = self.assertRaises(
            errors.ComputeUnavailable, self.gateway.evacuate, UUID, PROOF
        )
        self.assertIn(f'evacuate instance {UUID}', str(error))
        return str(error)

    def test_well(self):
        self.assertEqual('req-1', self.gateway.evacuate(UUID, PROOF))
        self.assertEqual(1, len(self.cloud.requests))
        self.assertEqual(1, self.cloud.tokens)

    def test_the_hosts_of_all_cells_are_asked_for_in_one_request(self):
        self.assertEqual(['host1'], self.gateway.hosts())
        self.assertEqual(
            ['GET /compute/v2.1/os-services'], self.cloud.requests
        )

    def test_hangs(self):
        adapter = connection.from_conf(self.cloud.conf())
        self.gateway = gateway.NovaCompute(adapter)
        self.gateway.warm()
        self.cloud.requests.clear()
        # Not before: what is asked in advance is answered, if late.
        adapter.session.timeout = 0.3
        text = self.unavailable(lambda nova: nova.hang())
        self.assertIn('timed out', text)
        self.assertTrue(self.cloud.hanging.wait(10))
        self.assertEqual(
            [f'POST /compute/v2.1/servers/{UUID}/action'], self.cloud.requests
        )

    def test_drops_the_connection(self):
        self.unavailable(lambda nova: nova.drop())
        self.assertEqual(1, len(self.cloud.requests))

    def test_drops_a_kept_connection(self):
        self.gateway.evacuate(UUID, PROOF)
        self.unavailable(lambda nova: nova.drop())
        self.assertEqual(2, len(self.cloud.requests))

    def test_a_get_is_not_repeated_either(self):
        self.cloud.scripts.append(lambda nova: nova.drop())
        self.assertRaises(
            errors.ComputeUnavailable, self.gateway.service, 'host1'
        )
        self.assertEqual(1, len(self.cloud.requests))

    def test_answers_5xx(self):
        for code in (500, 502, 503, 504):
            self.cloud.requests.clear()
            text = self.unavailable(answer(code, b'<html>haproxy</html>'))
            self.assertIn(f'HTTP {code}', text)
            self.assertEqual(1, len(self.cloud.requests))

    def test_is_busy(self):
        text = self.unavailable(
            answer(429, fault(429, 'Too many'), Retry_After='7')
        )
        self.assertIn('Too many', text)
        self.assertIn('wait 7 s', text)
        self.assertEqual(1, len(self.cloud.requests))

    def test_somebody_else_answers(self):
        for body in (b'<html>Welcome</html>', b'[]', b'{}'):
            self.cloud.scripts.append(answer(200, body))
            error = self.assertRaises(
                errors.ComputeUnavailable, self.gateway.service, 'host1'
            )
            self.assertIn('not what nova answers', str(error))
        # What bears no request id did not come from nova.
        self.unavailable(answer(200, b'<html>Welcome</html>'))

    def test_an_error_of_unknown_form(self):
        for body in (b'["no"]', b'{"error": "no"}', b'null'):
            self.cloud.scripts.append(answer(400, body))
            self.assertRaises(
                (errors.ComputeRefused, errors.ComputeUnavailable),
                self.gateway.service,
                'host1',
            )

    def test_refuses(self):
        self.cloud.scripts.append(
            answer(
                409,
                fault(409, 'not now'),
                X_Compute_Request_Id='req-9',
            )
        )
        error = self.assertRaises(
            errors.ComputeRefused, self.gateway.evacuate, UUID, PROOF
        )
        self.assertEqual(409, error.code)
        self.assertEqual(
            f'nova refused to evacuate instance {UUID}: not now '
            '(HTTP 409, req-9)',
            str(error),
        )

    def test_token_refused_once(self):
        self.cloud.scripts.append(answer(401, fault(401, 'stale')))
        self.assertEqual('req-1', self.gateway.evacuate(UUID, PROOF))
        self.assertEqual(2, len(self.cloud.requests))
        self.assertEqual(2, self.cloud.tokens)

    def test_token_refused_always(self):
        self.cloud.scripts += [answer(401, fault(401, 'who are you'))] * 2
        error = self.assertRaises(
            errors.ComputeForbidden, self.gateway.evacuate, UUID, PROOF
        )
        self.assertEqual(401, error.code)
        self.assertEqual(2, len(self.cloud.requests))

    def test_not_there(self):
        gateway = self.cloud.gateway(
            endpoint_override='http://127.0.0.1:1/v2.1'
        )
        error = self.assertRaises(
            errors.ComputeUnavailable, gateway.service, 'host1'
        )
        self.assertIn('127.0.0.1', str(error))

    def test_not_there_yet(self):
        """What failed first is negotiated later."""
        gateway = self.cloud.gateway()
        self.cloud.scripts.append(answer(503, b''))
        gateway.warm()
        self.assertEqual('host1', gateway.service('host1').host)

    def test_two_records_of_a_host(self):
        both = [cloud.SERVICE, {**cloud.SERVICE, 'id': '2'}]
        self.cloud.scripts.append(answer(200, {'services': both}))
        error = self.assertRaises(
            errors.ComputeError, self.gateway.service, 'host1'
        )
        self.assertIn('2 records', str(error))

    def test_before_microversions(self):
        gateway = self.cloud.gateway()
        self.cloud.scripts.append(answer(200, cloud.version('')))
        self.assertRaises(errors.ComputeTooOld, gateway.service, 'host1')


class KeystoneTestCase(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cloud.Cloud())

    def error(self, expected, **options):
        gateway = self.cloud.gateway(**options)
        gateway.warm()
        error = self.assertRaises(expected, gateway.service, 'host1')
        self.assertNotIn('secret', str(error))
        return str(error)

    def test_one_token_for_all(self):
        gateway = self.cloud.gateway()
        for _ in range(3):
            gateway.service('host1')
        self.assertEqual(1, self.cloud.tokens)
        self.assertEqual(4, len(self.cloud.requests))

    def test_it_says_who_it_is(self):
        self.cloud.gateway().service('host1')
        self.assertTrue(self.cloud.user_agent.startswith('nova-ha/'))
        self.assertIn('python-novaclient', self.cloud.user_agent)

    def test_secrets_are_not_logged(self):
        log = self.useFixture(fixtures.FakeLogger(level=logging.DEBUG))
        self.let_speak('keystoneauth')
        self.cloud.gateway().evacuate(UUID, PROOF)
        self.assertIn('/v3/auth/tokens', log.output)
        self.assertIn(UUID, log.output)
        self.assertNotIn('secret', log.output)
        self.assertNotIn('token-1', log.output)

    def let_speak(self, package):
        """Undo what other tests' logging set-up has silenced."""
        loggers = [
            logging.getLogger(name)
            for name in logging.root.manager.loggerDict
            if name.partition('.')[0] == package
        ]
        for logger in loggers:
            self.addCleanup(logger.setLevel, logger.level)
            self.addCleanup(setattr, logger, 'disabled', logger.disabled)
            logger.setLevel(logging.NOTSET)
            logger.disabled = False

    def test_one_token_for_all_threads(self):
        gateway = self.cloud.gateway(timeout=10)
        start = threading.Barrier(8)

        def ask(_):
            start.wait(10)
            return gateway.service('host1').host

        with futures.ThreadPoolExecutor(8) as pool:
            self.assertEqual({'host1'}, set(pool.map(ask, range(8))))
        self.assertEqual(1, self.cloud.tokens)
        self.assertEqual(9, len(self.cloud.requests))

    def test_retries_of_keystoneauth_are_no_options(self):
        options = self.cloud.conf()['nova']
        for name in ('connect_retries', 'status_code_retries'):
            self.assertNotIn(name, options)

    def test_wrong_region(self):
        text = self.error(answers.ComputeMisconfigured, region_name='Nowhere')
        self.assertIn('region_name=Nowhere', text)
        self.assertIn('[nova]', text)

    def test_wrong_interface(self):
        text = self.error(
            answers.ComputeMisconfigured, valid_interfaces='admin'
        )
        self.assertIn("valid_interfaces=['admin']", text)

    def test_no_catalogue(self):
        self.cloud.catalogue = False
        text = self.error(answers.ComputeMisconfigured)
        self.assertIn('service_type=compute', text)

    def test_wrong_password(self):
        self.cloud.keystone = lambda keystone: (
            keystone.answer(200, cloud._identity(self.cloud.url))
            if keystone.command == 'GET'
            else keystone.answer(
                401, {'error': {'code': 401, 'message': 'no such user'}}
            )
        )
        text = self.error(errors.ComputeForbidden)
        self.assertIn('no such user', text)
        self.assertIn('password', text)

    def test_keystone_ill(self):
        for script in (
            answer(500, {'error': {'code': 500, 'message': 'database'}}),
            answer(503, b'<html>haproxy</html>'),
            lambda keystone: keystone.drop(),
            lambda keystone: keystone.hang(),
        ):
            self.cloud.keystone = script
            self.error(errors.ComputeUnavailable, timeout=0.3)

    def test_keystone_not_there(self):
        for url in ('http://127.0.0.1:1/v3', 'http://127.0.0.1:1'):
            text = self.error(errors.ComputeUnavailable, auth_url=url)
            self.assertIn('127.0.0.1', text)
