# SPDX-License-Identifier: Apache-2.0
"""Every route, without a socket."""

import os
import unittest

from falcon import testing
from oslo_config import cfg

from nova_ha.api import app
from nova_ha.api import audit
from nova_ha.api import ports
from nova_ha.api import routes
from nova_ha.api import settings
from nova_ha.api.route import Parts
from nova_ha.conf import api
from nova_ha.conf import fencer
from nova_ha.recovery import errors
from tests.unit.api import scripted

ME = {audit.UID: str(os.getuid())}
STRANGER = {audit.UID: '4242'}


class AppTestCase(unittest.TestCase):
    def setUp(self):
        self.engine = scripted.Engine()
        self.conf = cfg.ConfigOpts()
        for module in (api, fencer):
            module.register_opts(self.conf)
        self.conf([], default_config_files=[])
        self.client = testing.TestClient(
            app.build(
                routes.ROUTES,
                Parts(
                    self.engine.archive,
                    self.engine,
                    settings.Defaults(self.conf),
                ),
                audit.Gate(audit.Users([])),
            )
        )

    def get(self, path, **more):
        return self.client.simulate_get(path, extras=ME, **more)

    def post(self, path, **more):
        return self.client.simulate_post(path, extras=ME, **more)

    def assert_error(self, result, status, code):
        self.assertEqual(status, result.status_code, result.text)
        self.assertEqual(code, result.json['error']['code'])
        self.assertNotIn('Traceback', result.text)
        return result.json['error']['message']


class FenceTest(AppTestCase):
    def test_answer(self):
        result = self.post('/v1/fence', json={'host': 'cmp1'})
        self.assertEqual(200, result.status_code)
        self.assertEqual(
            {
                'recovery': scripted.UUID,
                'state': 'forcing_down',
                'spooled': False,
                'mode': 'armed',
                'off_proof': {
                    'host': 'compute-1',
                    'method': 'fake',
                    'witness': 'the script',
                    'verified_at': '2031-05-04T03:02:01+00:00',
                    'was_running': True,
                },
            },
            result.json,
        )

    def test_answer_while_only_the_spool_knows(self):
        self.engine.spooled = True
        result = self.post('/v1/fence', json={'host': 'cmp1'})
        self.assertEqual(
            (True, None, None),
            (
                result.json['spooled'],
                result.json['recovery'],
                result.json['state'],
            ),
        )

    def test_what_the_engine_is_asked(self):
        self.post(
            '/v1/fence',
            json={
                'host': 'compute-1',
                'deadline': 112.5,
                'action': 'reboot',
                'origin': 'pacemaker',
                'reason': 'node lost',
            },
        )
        (asked,) = self.engine.fences
        self.assertEqual('pacemaker', asked.origin)
        self.assertRegex(asked.reason, '^reboot asked for by .*: node lost$')
        self.assertTrue(asked.power_on)
        self.assertTrue(100 < asked.seconds <= 112.5)

    def test_the_default_deadline_follows_a_reload(self):
        self.conf.set_override('fence_timeout', 170.0, fencer.GROUP)
        self.post('/v1/fence', json={'host': 'compute-1'})
        self.assertTrue(150 < self.engine.fences[0].seconds <= 170)
        self.assertEqual('operator', self.engine.fences[0].origin)
        self.assertFalse(self.engine.fences[0].power_on)

    def test_bad_bodies(self):
        for body, complaint in (
            (b'', "'host' is a required property"),
            (b'{', 'no JSON'),
            (b'\xff', 'no JSON'),
            (b'[' * 60000, 'no JSON'),
            (b'[]', 'is not of type'),
            (b'null', 'is not of type'),
            (b'{"host": 7}', 'host: 7'),
            (b'{"host": ""}', 'host: '),
            (b'{"host": "a b"}', 'host: '),
            (b'{"host": "a\\n"}', 'host: '),
            (b'{"host": "x", "deadline": 0}', 'deadline: '),
            (b'{"host": "x", "deadline": 1e9}', 'deadline: '),
            (b'{"host": "x", "deadline": NaN}', 'no JSON'),
            (b'{"host": "x", "deadline": true}', 'deadline: '),
            (b'{"host": "x", "action": "on"}', 'action: '),
            (b'{"host": "x", "force": true}', "'force' was unexpected"),
        ):
            with self.subTest(body[:40]):
                result = self.post('/v1/fence', body=body)
                message = self.assert_error(result, 400, 'request.invalid')
                self.assertIn(complaint, message)
        self.assertEqual([], self.engine.fences)

    def test_a_body_too_long_is_not_read(self):
        result = self.post('/v1/fence', body=b' ' * 65537)
        self.assert_error(result, 413, 'request.too-large')

    def test_a_body_of_unknown_length_is_not_read(self):
        result = self.post('/v1/fence', headers={'Transfer-Encoding': 'x'})
        self.assert_error(result, 411, 'request.length-required')

    def test_errors_of_the_engine(self):
        for error, status, code in (
            (errors.PowerAuthError('no'), 502, 'power.auth'),
            (errors.PowerUnreachable('no'), 502, 'power.unreachable'),
            (errors.StoreUnavailable('no'), 503, 'store.unavailable'),
            (ports.FenceTimeout('no'), 504, 'power.deadline'),
        ):
            self.engine.fail('fence', error)
            with self.subTest(code):
                result = self.post('/v1/fence', json={'host': 'cmp1'})
                self.assert_error(result, status, code)
        result = self.post('/v1/fence', json={'host': 'stranger'})
        self.assert_error(result, 404, 'host.unknown')


class HostsTest(AppTestCase):
    def test_hosts_without_their_passwords(self):
        result = self.get('/v1/hosts')
        self.assertEqual(
            {'name': 'compute-1', 'node': 'cmp1', 'drivers': ['ipmi']},
            result.json['hosts'][0],
        )
        self.assertNotIn(scripted.PASSWORD, result.text)

    def test_power(self):
        for host, power in (
            ('cmp1', 'on'),
            ('compute-2', 'off'),
            ('compute-3', 'unknown'),
        ):
            result = self.get(f'/v1/hosts/{host}/power')
            self.assertEqual({'host': host, 'power': power}, result.json)
        self.assert_error(
            self.get('/v1/hosts/none/power'), 404, 'host.unknown'
        )
        self.assert_error(
            self.get('/v1/hosts/a%20b/power'), 400, 'request.invalid'
        )

    def test_power_on(self):
        result = self.post('/v1/hosts/cmp1/power-on')
        self.assertEqual(202, result.status_code)
        self.assertEqual(('power-on', 'compute-1'), self.engine.done[0][:2])
        self.engine.fail('power-on', errors.PowerAuthError('refused'))
        result = self.post('/v1/hosts/cmp1/power-on')
        message = self.assert_error(result, 502, 'power.auth')
        self.assertEqual('refused', message)

    def test_spares(self):
        for verb, state in (('give-back', 'giving_back'), ('keep', 'kept')):
            result = self.post(f'/v1/spares/compute-2/{verb}')
            self.assertEqual(200, result.status_code)
            loan = result.json['loan']
            self.assertEqual(
                ('compute-2', 'compute-1', state),
                (loan['spare'], loan['host'], loan['state']),
            )
            self.assertEqual(
                {
                    'disabled_reason': 'spare',
                    'joined': [{'id': 3, 'name': 'ssd'}],
                    'enabled': True,
                },
                loan['undo'],
            )
            self.assertEqual((verb, 'compute-2'), self.engine.done[-1][:2])
        self.engine.fail('keep', errors.UnknownLoan('it is not on loan'))
        result = self.post('/v1/spares/compute-1/keep')
        self.assert_error(result, 404, 'spare.not-lent')

    def test_health(self):
        self.assertEqual(
            {'healthy': True, 'problems': [], 'notes': []},
            self.get('/v1/health').json,
        )
        self.engine.notes.append('Pacemaker does not answer')
        self.assertEqual(
            {
                'healthy': True,
                'problems': [],
                'notes': ['Pacemaker does not answer'],
            },
            self.get('/v1/health').json,
        )
        self.engine.problems.append('spool full')
        answer = self.get('/v1/health').json
        self.assertEqual(
            (False, ['spool full']), (answer['healthy'], answer['problems'])
        )


class HintsTest(AppTestCase):
    def test_a_hint_is_taken_at_once(self):
        about = {
            'kind': 'fencing',
            'node': 'cmp1',
            'task': 'st_notify_fence',
            'rc': 0,
        }
        result = self.post('/v1/hints', json=about)
        self.assertEqual(202, result.status_code)
        self.assertEqual([about], self.engine.hints)

    def test_nodes_that_nobody_knows_are_no_error(self):
        for about in (
            {'kind': 'node', 'node': 'ctl1', 'desc': 'lost'},
            {'kind': 'resource', 'rsc': 'cmp1', 'task': 'start', 'rc': 0},
        ):
            result = self.post('/v1/hints', json=about)
            self.assertEqual(202, result.status_code)

    def test_bad_bodies(self):
        for body in (
            {},
            {'node': 'cmp1'},
            {'kind': 'attribute', 'node': 'cmp1'},
            {'kind': 'node', 'node': 'a b'},
            {'kind': 'node', 'node': 'cmp1', 'desc': 'x' * 256},
            {'kind': 'node', 'node': 'cmp1', 'rc': '0'},
            {'kind': 'node', 'node': 'cmp1', 'force': 'yes'},
        ):
            with self.subTest(body):
                result = self.post('/v1/hints', json=body)
                self.assert_error(result, 400, 'request.invalid')
        self.assertEqual([], self.engine.hints)


class RecoveriesTest(AppTestCase):
    def states(self, query=''):
        found = self.get('/v1/recoveries' + query).json['recoveries']
        return [r['state'] for r in found]

    def test_list(self):
        self.assertEqual(['fence_failed', 'completed'], self.states())
        self.assertEqual(['fence_failed'], self.states('?active=true'))
        self.assertEqual(['completed'], self.states('?active=false'))
        self.assertEqual([], self.states('?host=compute-2'))
        self.assertEqual([], self.states('?host=cmp2'))
        for name in ('compute-1', 'cmp1'):
            self.assertEqual(2, len(self.states(f'?host={name}')))

    def test_bad_queries(self):
        for query in ('active=maybe', 'active=', 'nope=1', 'host=a&host=b'):
            with self.subTest(query):
                result = self.get('/v1/recoveries', query_string=query)
                self.assert_error(result, 400, 'request.invalid')

    def test_show(self):
        shown = self.get(f'/v1/recoveries/{scripted.UUID}').json
        self.assertEqual('compute-1', shown['recovery']['host'])
        self.assertIsNone(shown['recovery']['off_proof'])
        self.assertEqual('succeeded', shown['evacuations'][0]['state'])
        self.assertEqual('fencing', shown['events'][0]['state'])
        self.assertNotIn('recovery', shown['events'][0])
        self.assert_error(
            self.get('/v1/recoveries/none'), 404, 'recovery.unknown'
        )

    def test_actions(self):
        for verb in (
            'retry',
            'confirm-off',
            'release',
            'let-return',
            'cancel',
        ):
            with self.subTest(verb):
                path = f'/v1/recoveries/{scripted.UUID}/{verb}'
                result = self.post(path)
                self.assertEqual(200, result.status_code)
                self.assertEqual(
                    scripted.UUID, result.json['recovery']['uuid']
                )
                who = audit.Users([]).check(ME)
                self.assertEqual(
                    (verb, scripted.UUID, who), self.engine.done.pop()
                )
                self.engine.fail(verb, errors.IllegalTransition('held', verb))
                self.assert_error(
                    self.post(path), 409, 'recovery.illegal-transition'
                )
                self.assert_error(
                    self.post(path, json={'force': True}),
                    400,
                    'request.invalid',
                )


class FrameTest(AppTestCase):
    def test_versions(self):
        self.assertEqual('v1', self.get('/').json['versions'][0]['id'])

    def test_unknown_routes_and_methods(self):
        self.assert_error(self.get('/v2'), 404, 'route.unknown')
        result = self.get('/v1/fence')
        self.assert_error(result, 405, 'route.method-not-allowed')
        self.assertIn('POST', result.headers['allow'])
        self.assertEqual(200, self.get('/v1/hosts/').status_code)

    def test_strangers_get_nothing(self):
        for extras in (STRANGER, {}):
            for path in ('/', '/v1/hosts', '/v1/nowhere'):
                result = self.client.simulate_get(path, extras=extras)
                message = self.assert_error(result, 403, 'user.not-allowed')
                self.assertIn('allowed_users', message)

    def test_no_header_makes_a_stranger_a_friend(self):
        result = self.client.simulate_get(
            '/v1/hosts',
            extras=STRANGER,
            headers={
                'X_REMOTE_UID': str(os.getuid()),
                'X-Remote-Uid': str(os.getuid()),
            },
        )
        self.assert_error(result, 403, 'user.not-allowed')

    def test_what_nobody_foresaw_is_logged_and_not_shown(self):
        self.engine.fail('hosts', ZeroDivisionError('secret of the house'))
        with self.assertLogs('nova_ha.api.app', 'ERROR') as logged:
            result = self.get('/v1/hosts')
        message = self.assert_error(result, 500, 'internal')
        request_id = result.headers['x-openstack-request-id']
        self.assertIn(request_id, message)
        self.assertIn(request_id, logged.output[0])
        self.assertIn('ZeroDivisionError', logged.output[0])
        self.assertNotIn('secret', result.text)


class UsersTest(unittest.TestCase):
    def test_names_that_are_no_users_are_told(self):
        with self.assertLogs('nova_ha.api.audit', 'WARNING') as logged:
            audit.Users(['root', 'nobody-of-this-name'])
        self.assertIn('nobody-of-this-name', logged.output[0])

    def test_allowed_users(self):
        users = audit.Users(['root'])
        self.assertEqual('root', users.check({audit.UID: '0'}))
