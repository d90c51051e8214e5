# SPDX-License-Identifier: Apache-2.0
"""nova_ha.wsgi under a real uWSGI, in front of a real daemon."""

import concurrent.futures
import os
import subprocess
import sys

from tests.functional.daemon.process import wait_until
from tests.functional.rest import base
from tests.functional.rest import typed


class UwsgiTest(base.RestTestCase):
    def setUp(self):
        super().setUp()
        self.front = self.fencer.directory / 'front.sock'
        self.fencer.configure(
            {
                'api': {'socket': self.front},
                'keystone_authtoken': base.authtoken(self.keystone),
            }
        )
        self.fencer.start()
        self.log = self.directory / 'uwsgi.log'
        with self.log.open('wb') as log:
            self.uwsgi = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={
                    **os.environ,
                    'OS_NOVA_HA_CONFIG_FILES': str(self.fencer.config_file),
                },
            )
        self.addCleanup(self.uwsgi.wait, 30)
        self.addCleanup(self.uwsgi.terminate)
        wait_until(self.answers, 'uWSGI', 60)

    def command(self):
        """As doc/source/admin/rest-api.rst has it."""
        page = typed.Page(
            'admin/rest-api', {'127.0.0.1:8790': f'127.0.0.1:{self.port}'}
        )
        program, *arguments = page.command('uwsgi')
        return [
            str(typed.PROGRAMS / program),
            *arguments,
            # So that tests end soon, and say little.
            '--reload-mercy=2',
            '--worker-reload-mercy=2',
            '--disable-logging',
        ]

    def test_as_on_tcp(self):
        """One after another: it is the start that takes long."""
        for what in (
            self.who_may_what,
            self.errors_come_through,
            self.a_path_means_the_same_to_both,
            self.discovery_speaks_of_where_the_client_is,
            self.a_crowd,
        ):
            with self.subTest(what.__name__):
                what()

    def who_may_what(self):
        reader, admin = self.token('reader'), self.token('admin')
        answer = self.ask('GET', '/v1/hosts', reader)
        self.assertEqual(
            ['compute1', 'compute2'],
            [host['name'] for host in answer.json()['hosts']],
        )
        self.assertEqual(
            'compute-ha 1.0', answer.headers['OpenStack-API-Version']
        )
        self.assert_error(self.ask('GET', '/v1/hosts'), 401, 'auth.required')
        self.assert_error(
            self.ask('GET', '/v1/hosts', self.token('reader of a project')),
            403,
            'policy.forbidden',
        )
        body = {'mode': 'paused', 'reason': 'a test'}
        self.assert_error(
            self.ask('PUT', '/v1/mode', reader, json=body),
            403,
            'policy.forbidden',
        )
        answer = self.ask('PUT', '/v1/mode', admin, json=body)
        self.assertEqual(200, answer.status_code, answer.text)
        seen = self.fencer.ask('GET', '/v1/mode')['mode']
        self.assertEqual('sysadmin@Default', seen['by'])
        self.assertIn('PUT /v1/mode by sysadmin@Default', self.fencer.log())
        self.assertIn(
            answer.headers['X-Openstack-Request-Id'], self.fencer.log()
        )

    def errors_come_through(self):
        admin = self.token('admin')
        for method, path, status, code in (
            ('GET', '/v1/hosts/none/power', 404, 'host.unknown'),
            ('GET', '/v1/nowhere', 404, 'route.unknown'),
            ('POST', '/v1/fence', 404, 'route.unknown'),
            ('DELETE', '/v1/mode', 405, 'route.method-not-allowed'),
            ('PUT', '/v1/mode', 400, 'request.invalid'),
        ):
            with self.subTest(f'{method} {path}'):
                answer = self.ask(method, path, admin)
                self.assert_error(answer, status, code)
        answer = self.ask('PUT', '/v1/mode', admin, data=b'x' * 100000)
        self.assert_error(answer, 413, 'request.too-large')

    def a_path_means_the_same_to_both(self):
        """What the policy was asked about is what is done."""
        manager = self.token('manager')
        uuid = '11111111-2222-4333-8444-555555555555'
        for trick in ('%3F', '%2Fconfirm-off%3F', '%23', '%2F..', '%00'):
            path = f'/v1/recoveries/{uuid}{trick}/retry'
            with self.subTest(path):
                answer = self.ask('POST', path, manager)
                self.assertIn(answer.status_code, (400, 404), answer.text)

    def discovery_speaks_of_where_the_client_is(self):
        [version] = self.ask('GET', '/').json()['versions']
        self.assertEqual(f'{self.url}/v1', version['links'][0]['href'])

    def test_the_daemon_goes_away_and_comes_back(self):
        reader = self.token('reader')
        self.fencer.terminate()
        answer = self.ask('GET', '/v1/hosts', reader)
        message = self.assert_error(answer, 503, 'daemon.unavailable')
        self.assertIn(str(self.front), message)
        answer = self.ask('GET', '/v1/health/ready')
        self.assertEqual(503, answer.status_code)
        self.assertFalse(answer.json()['ready'])
        self.assertEqual(
            {'live': True}, self.ask('GET', '/v1/health/live').json()
        )
        self.fencer.start()
        # It answers on the socket of the fence path first.
        wait_until(
            lambda: self.ask('GET', '/v1/hosts', reader).ok, 'answer again'
        )

    def a_crowd(self):
        reader = self.token('reader')
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            answers = list(
                pool.map(
                    lambda _: self.ask('GET', '/v1/hosts', reader), range(60)
                )
            )
        self.assertEqual({200}, {answer.status_code for answer in answers})


class WithoutSocketTest(base.RestTestCase):
    def test_says_what_is_missing(self):
        done = subprocess.run(
            [sys.executable, '-c', 'import nova_ha.wsgi.api'],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={
                **os.environ,
                'OS_NOVA_HA_CONFIG_FILES': str(self.fencer.config_file),
            },
        )
        self.assertEqual(1, done.returncode)
        self.assertIn('socket in section [api]', done.stderr)
