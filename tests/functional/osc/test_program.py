# SPDX-License-Identifier: Apache-2.0
"""The real ``openstack`` against an API that does what the test says."""

import json
import os
import pty
import subprocess

import testtools
import yaml

from tests.functional.osc import base
from tests.unit.osc import answers
from tests.unit.osc import cloud
from tests.unit.osc import pictures


class ProgramTestCase(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cloud.Cloud())
        self.cloud.watched = [pictures.MOMENTS['evacuating'][0]]

    def openstack(self, *arguments, **variables):
        return base.openstack(self.cloud.environment() | variables, *arguments)

    def shown(self, *arguments):
        result = self.openstack(*arguments)
        self.assertEqual('', result.stderr)
        self.assertEqual(0, result.returncode)
        return result.stdout

    def assert_one_line(self, result, *words):
        """It failed, and one line says why and what to do."""
        self.assertEqual(1, result.returncode, result)
        self.assertEqual('', result.stdout)
        self.assertEqual(1, result.stderr.count('\n'), result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)


class CommandsTest(ProgramTestCase):
    def test_help_lists_them(self):
        text = self.shown('help', 'ha')
        for name in ('recovery watch', 'recovery confirm off', 'host check'):
            self.assertIn(f'  ha {name}\n', text)

    def test_a_table(self):
        text = self.shown('ha', 'host', 'list')
        self.assertRegex(text, r'\| compute-1 +\| enabled \| up ')

    def test_formats(self):
        found = json.loads(self.shown('ha', 'host', 'list', '-f', 'json'))
        self.assertIs(True, found[0]['Protected'])
        text = self.shown('ha', 'host', 'list', '-f', 'yaml')
        self.assertEqual(found, yaml.safe_load(text))
        text = self.shown(
            *('ha', 'host', 'list', '-f', 'value', '-c', 'Host', '-c', 'State')
        )
        self.assertEqual('compute-1 up\n', text)
        text = self.shown('ha', 'host', 'list', '-f', 'csv', '-c', 'Host')
        self.assertEqual('"Host"\n"compute-1"\n', text)

    def test_an_action(self):
        text = self.shown('ha', 'recovery', 'release', '5f0c2b7d')
        self.assertIn(answers.UUID, text)
        self.assertEqual(
            [(f'/recoveries/{answers.UUID}/release', {})],
            self.cloud.bodies(),
        )

    def test_usage(self):
        result = self.openstack('ha', 'recovery', 'watch')
        self.assertEqual(2, result.returncode)
        self.assertIn('<recovery>', result.stderr)

    def test_the_newest_version(self):
        result = self.openstack(
            'ha', 'mode', 'show', OS_COMPUTE_HA_API_VERSION='latest'
        )
        self.assertEqual(0, result.returncode, result)
        self.assertEqual(['compute-ha 1.0'], self.cloud.versions)

    def test_a_version_that_is_none(self):
        result = self.openstack(
            '--os-compute-ha-api-version', '9', 'ha', 'mode', 'show'
        )
        self.assert_one_line(result, '"9" is no version of the compute-ha API')

    def test_another_endpoint(self):
        self.cloud.catalogue = False
        variables = {'OS_COMPUTE_HA_ENDPOINT_OVERRIDE': self.cloud.ha}
        result = self.openstack('ha', 'mode', 'show', **variables)
        self.assertEqual(0, result.returncode, result)


class TroubleTest(ProgramTestCase):
    def test_not_in_the_catalogue(self):
        self.cloud.catalogue = False
        self.assert_one_line(
            self.openstack('ha', 'host', 'list'),
            'no endpoint of compute-ha',
            'openstack service create',
        )

    def test_nobody_listens(self):
        self.assert_one_line(
            self.openstack(
                *('--os-compute-ha-endpoint-override', 'http://127.0.0.1:1'),
                *('ha', 'host', 'list'),
            ),
            'does not answer at http://127.0.0.1:1',
            'Connection refused',
        )

    def test_the_service_says_no(self):
        self.cloud.scripts = [
            lambda handler: handler.fail(409, 'mode.observe', 'No')
        ]
        self.assert_one_line(
            self.openstack('ha', 'mode', 'show'),
            'No: ',
            'openstack ha mode set armed',
        )


class WatchTest(ProgramTestCase):
    def play(self, *names):
        self.cloud.watched = [pictures.MOMENTS[name][0] for name in names]

    def watch(self, *arguments):
        return self.openstack(
            *('ha', 'recovery', 'watch', '--interval', '0.05', *arguments)
        )

    def test_lines_where_it_is_no_terminal(self):
        self.play('requested', 'fencing', 'evacuating', 'evacuated')
        result = self.watch('compute-1')
        self.assertEqual(0, result.returncode, result)
        self.assertIn('03:02:17 +16.5 s evacuated', result.stdout)
        self.assertNotIn('\x1b', result.stdout)

    def test_the_service_and_keystone_are_away_for_a_while(self):
        self.play('fencing', 'evacuating', 'evacuated')
        # The token is taken for the first look only, and then Keystone is
        # away when a new one is needed.
        away = iter((True, True, False))

        def expire(handler):
            self.cloud.keystone = keystone
            handler.fail(401, 'x', 'expired')

        def keystone(handler):
            if not next(away):
                self.cloud.keystone = None
            handler.answer(503, {})

        def silent(handler):
            handler.drop()

        self.cloud.scripts = [None, None, expire, silent, None, silent]
        result = self.watch(answers.UUID)
        self.assertEqual(0, result.returncode, result)
        self.assertIn('trying again', result.stdout)
        self.assertIn('The service answers again', result.stdout)

    def test_the_time_is_up(self):
        self.play('evacuating')
        result = self.watch(answers.UUID, '--timeout', '0.3')
        self.assertEqual(1, result.returncode)
        self.assertIn('is evacuating. Nothing was stopped', result.stderr)

    def test_a_picture_on_a_terminal(self):
        self.play('requested', 'evacuating', 'evacuated')
        code, text = self.on_terminal(
            *('ha', 'recovery', 'watch', '--interval', '0.05', 'compute-1')
        )
        self.assertEqual(0, code, text)
        self.assertIn('\x1b[J', text)
        self.assertRegex(text, r'\x1b\[\d+A')
        self.assertIn('[########################................] 60 %', text)
        self.assertIn('[########################################] 100 %', text)

    def on_terminal(self, *arguments):
        """Run it at a terminal of its own; return its exit code and screen."""
        leader, follower = pty.openpty()
        with subprocess.Popen(
            [str(base.OPENSTACK), *arguments],
            env=base.environment(self.cloud.environment()) | {'TERM': 'xterm'},
            stdin=follower,
            stdout=follower,
            stderr=follower,
        ) as process:
            os.close(follower)
            text = b''
            try:
                while part := os.read(leader, 65536):
                    text += part
            except OSError:
                pass  # the last one who had it open is gone
            finally:
                os.close(leader)
            return process.wait(base.SECONDS), text.decode()
