# SPDX-License-Identifier: Apache-2.0
"""The API has a process of its own: what becomes of one when the other ends,
and that it is told what the daemon is told."""

import os
import pathlib
import signal
import ssl
import stat

from tests.functional.daemon.process import wait_until
from tests.functional.rest import base
from tests.functional.rest import beside_fencing
from tests.functional.rest import certificates


class ProcessTest(base.RestTestCase):
    def setUp(self):
        super().setUp()
        self.start()
        self.child = self.find()

    def find(self):
        """The process of the API."""
        return beside_fencing.api_process(self.fencer.pid)

    def test_it_steps_back_for_the_fencer(self):
        ours = os.getpriority(os.PRIO_PROCESS, self.fencer.pid)
        self.assertEqual(
            min(19, ours + 10), os.getpriority(os.PRIO_PROCESS, self.child)
        )
        # And what it asks at is for nobody else.
        found = (self.fencer.directory / 's-api').stat()
        self.assertTrue(stat.S_ISSOCK(found.st_mode))
        self.assertEqual(
            (os.getuid(), os.getgid(), 0o660),
            (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)),
        )

    def test_it_is_started_again(self):
        os.kill(self.child, signal.SIGKILL)
        wait_until(lambda: not self.answers(), 'API to be away')
        self.assertTrue(self.fencer.fence('compute1')['off_proof'])
        wait_until(self.answers, 'REST API', 60)
        self.assertNotEqual(self.child, self.find())
        self.assertIn(
            'REST API has ended with exit code -9; hosts are fenced',
            self.fencer.log(),
        )

    def test_it_ends_with_the_daemon(self):
        self.fencer.kill()
        wait_until(
            lambda: not pathlib.Path(f'/proc/{self.child}').exists(),
            'the process of the API to end',
        )
        self.assertFalse(self.answers())

    def test_the_daemon_ends_with_none_left(self):
        self.assertEqual(0, self.fencer.terminate())
        self.assertFalse(pathlib.Path(f'/proc/{self.child}').exists())
        self.assertNotIn('killed', self.fencer.log())


class ReloadTest(base.RestTestCase):
    def options(self):
        self.authority = certificates.Authority(self.directory)
        self.certificate, key = self.authority.sign('server')
        return {
            'api': {'tls_cert_file': self.certificate, 'tls_key_file': key}
        }

    def answers(self):
        try:
            return bool(self.shown())
        except OSError:
            return False

    def shown(self):
        return ssl.get_server_certificate(('127.0.0.1', self.port))

    def test_a_renewed_certificate(self):
        self.start()
        first = self.shown()
        for path in self.authority.sign('renewed'):
            path.rename(self.directory / f'server{path.suffix}')
        self.fencer.signal(signal.SIGHUP)
        wait_until(lambda: self.shown() != first, 'the new certificate')
