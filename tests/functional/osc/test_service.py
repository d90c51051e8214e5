# SPDX-License-Identifier: Apache-2.0
"""The real ``openstack`` against the real service and a real Keystone.

There is no nova here, so a recovery gets as far as ``forcing_down``; the lab
shows it to its end.
"""

import contextlib
import json
import subprocess
import threading

from tests.functional.daemon.process import wait_until
from tests.functional.osc import base
from tests.functional.rest import base as rest

WAIT = 60.0
"""Seconds for what a program does that has to start first."""


class ServiceTestCase(rest.RestTestCase):
    def setUp(self):
        super().setUp()
        self.fencer.configure(self.settings())
        self.catalogue('register', '--public-url', self.url)
        self.addCleanup(self.catalogue, 'unregister')
        self.start()

    def settings(self):
        keystone = {
            'auth_section': '',
            'auth_type': 'password',
            'auth_url': self.keystone.address,
            'username': 'admin',
            'password': self.keystone.password,
            'project_name': 'admin',
            'user_domain_id': 'default',
            'project_domain_id': 'default',
            'valid_interfaces': 'public',
        }
        authtoken = {'http_request_max_retries': 0}
        return {
            'keystone': keystone,
            'api': {'enabled': True, 'bind_port': self.port},
            'keystone_authtoken': rest.authtoken(self.keystone, **authtoken),
        }

    def catalogue(self, verb, *more):
        result = self.fencer.manage(
            'catalog', verb, '--region', 'RegionOne', *more
        )
        self.assertEqual(0, result.returncode, result)

    def openrc(self, who):
        """Return what somebody's shell has; see :data:`rest.PEOPLE`."""
        name, scope = rest.PEOPLE[who]
        place = (
            {'OS_SYSTEM_SCOPE': 'all'}
            if scope == rest.SYSTEM
            else {
                'OS_PROJECT_NAME': 'lab',
                'OS_PROJECT_DOMAIN_ID': 'default',
            }
        )
        return {
            'OS_AUTH_URL': self.keystone.address,
            'OS_USERNAME': name,
            'OS_PASSWORD': self.keystone.password,
            'OS_USER_DOMAIN_ID': 'default',
            'OS_IDENTITY_API_VERSION': '3',
            **place,
        }

    def openstack(self, *arguments, who='admin'):
        return base.openstack(self.openrc(who), *arguments)

    def shown(self, *arguments, who='admin'):
        result = self.openstack(*arguments, '-f', 'json', who=who)
        self.assertEqual((0, ''), (result.returncode, result.stderr))
        return json.loads(result.stdout)

    def assert_one_line(self, result, *words):
        self.assertEqual(1, result.returncode, result)
        self.assertEqual(1, result.stderr.count('\n'), result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)


class ReadingTest(ServiceTestCase):
    def test_what_there_is_to_see(self):
        first, second = self.shown('ha', 'host', 'list', who='reader')
        self.assertEqual(
            ('compute1', 'compute2'), (first['Host'], second['Host'])
        )
        self.assertIs(False, first['Protected'])
        self.assertIn('nova', ' '.join(first['Why Not']))
        found = self.shown('ha', 'host', 'show', 'compute1', who='reader')
        self.assertEqual(['fake'], found['drivers'])
        found = self.shown('ha', 'host', 'power', 'show', 'compute1')
        self.assertEqual('on', found['power'])
        [found] = self.shown('ha', 'host', 'check', 'compute1')
        self.assertEqual(('fake', 'ok'), (found['Driver'], found['Result']))
        self.assertEqual([], self.shown('ha', 'recovery', 'list'))
        self.assertEqual([], self.shown('ha', 'rehearsal', 'list'))
        self.assertEqual([], self.shown('ha', 'spare', 'list'))

    def test_who_may_what(self):
        order = ('ha', 'mode', 'set', 'observe', '--reason', 'a rehearsal')
        result = self.openstack(*order, who='reader')
        self.assert_one_line(result, 'HTTP 403', 'policy.forbidden', 'admin')
        result = self.openstack(
            'ha', 'host', 'list', who='reader of a project'
        )
        self.assert_one_line(result, 'HTTP 403')
        self.assertEqual('sysadmin@Default', self.shown(*order)['by'])
        found = self.shown('ha', 'mode', 'show', who='reader')
        self.assertEqual('a rehearsal', found['reason'])

    def test_what_nova_is_needed_for(self):
        for command in (
            ('capacity', 'show'),
            ('snapshot', 'report'),
            ('explain', 'host', 'compute1'),
        ):
            result = self.openstack('ha', *command)
            self.assert_one_line(result, 'try again soon', 'HTTP 503')
        result = self.openstack('ha', 'health', 'show', '-f', 'json')
        health = json.loads(result.stdout)
        self.assertIs(True, health['ready'])
        self.assertEqual(0 if health['healthy'] else 1, result.returncode)


class RecoveringTest(ServiceTestCase):
    def create(self):
        return self.shown(
            *('ha', 'recovery', 'create', 'compute1', '--off', 'driver'),
            *('--reason', 'it smells of smoke'),
        )

    def test_a_recovery_by_hand(self):
        made = self.create()
        self.assertEqual('compute1', made['host'])
        self.wait_for_state('forcing_down')
        uuid = made['uuid']
        [found] = self.shown('ha', 'recovery', 'list', '--active', '--long')
        self.assertEqual(
            (uuid, 'operator', 'fake'),
            (found['UUID'], found['Origin'], found['Off By']),
        )
        self.assertIn('it smells of smoke', found['Reason'])
        found = self.shown('ha', 'recovery', 'show', uuid[:8], '--events')
        self.assertIn(
            'off_verified', [event['name'] for event in found['events']]
        )
        listed = self.shown('ha', 'event', 'list', 'compute1', '--long')
        self.assertEqual(
            [event['id'] for event in found['events']],
            [event['ID'] for event in listed],
        )
        self.assertEqual([], self.shown('ha', 'evacuation', 'list', uuid))
        self.assertEqual(
            [],
            self.shown(
                *('ha', 'recovery', 'list', '--state', 'completed'),
                *('--changes-since', '2026-01-01', '--sort', 'host:desc'),
            ),
        )
        result = self.openstack('ha', 'recovery', 'release', uuid)
        self.assert_one_line(
            result,
            'recovery.illegal-transition',
            'openstack ha recovery show',
        )
        result = self.openstack(
            *('ha', 'recovery', 'retry', uuid, '--wait', '--timeout', '1')
        )
        self.assertEqual(1, result.returncode, result)

    def test_powered_on_again(self):
        """Not before its recovery allows it, and then at once."""
        uuid = self.fencer.fence('compute1')['recovery']
        self.wait_for_state('forcing_down')
        on = ('ha', 'host', 'power', 'on', 'compute1')
        result = self.openstack(*on, '-f', 'value', '-c', 'power')
        self.assertEqual((0, 'off\n'), (result.returncode, result.stdout))
        self.assertIn('compute1 is not on yet', result.stderr)
        self.assertIsNotNone(self.newest().power_on_asked_at)
        self.fencer.ask('POST', f'/v1/recoveries/{uuid}/cancel', {})
        self.assertEqual('on', self.shown(*on, '--wait')['power'])

    def test_watching_while_keystone_and_the_service_are_away(self):
        uuid = self.create()['uuid']
        self.wait_for_state('forcing_down')
        with self.watching(uuid) as lines:
            wait_until(lambda: lines, 'a first look', WAIT)
            self.keystone.stop()
            try:
                self.fencer.kill()
                wait_until(
                    lambda: said(lines, 'No answer'), 'the silence', WAIT
                )
                self.fencer.start()
            finally:
                self.keystone.start()
            wait_until(
                lambda: said(lines, 'answers again'), 'the end of it', WAIT
            )

    @contextlib.contextmanager
    def watching(self, uuid):
        """Let somebody watch; yield the lines that they see."""
        command = (
            *('ha', 'recovery', 'watch', uuid),
            *('--interval', '0.2', '--timeout', '300'),
        )
        lines = []
        with subprocess.Popen(
            [str(base.OPENSTACK), *command],
            env=base.environment(self.openrc('reader')),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            reader = threading.Thread(
                target=lines.extend, args=(process.stdout,)
            )
            reader.start()
            try:
                yield lines
            finally:
                process.terminate()
                reader.join()


def said(lines, word):
    return any(word in line for line in lines)
