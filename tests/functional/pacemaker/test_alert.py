# SPDX-License-Identifier: Apache-2.0
"""The alert agent as a process of its own, as Pacemaker starts it."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import hypothesis
from hypothesis import strategies as st

from tests.functional.pacemaker import base

ALERT = base.SCRIPTS / 'nova-ha-alert'
LOST = {
    'CRM_alert_kind': 'node',
    'CRM_alert_node': 'cmp1',
    'CRM_alert_desc': 'lost',
    'CRM_alert_version': '2.1.5',
}


class AlertTestCase(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='nha-'))
        self.addCleanup(shutil.rmtree, self.directory)
        self.path = self.directory / 's'

    def alert(self, environment, program=(sys.executable, '-IS', ALERT)):
        return subprocess.run(
            program,
            env={'CRM_alert_recipient': str(self.path), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
            check=False,
        )

    def listen(self):
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(str(self.path))
        listener.listen()
        return listener

    def serve(self, answer):
        """Answer one connection; what was heard is in the list later."""
        listener, heard = self.listen(), []

        def run():
            connection, _ = listener.accept()
            with connection:
                heard.append(connection.recv(65536))
                connection.sendall(answer)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.addCleanup(self.path.unlink)
        return heard, thread

    def assert_quiet(self, done):
        self.assertEqual((0, b'', b''), outcome(done))

    def assert_one_line(self, done, words):
        """A complaint of one line, and success all the same."""
        self.assertEqual((0, b''), outcome(done)[:2])
        self.assertRegex(
            done.stderr.decode(),
            rf'\Anova-ha-alert: hint not delivered: [^\n]*{words}[^\n]*\n\Z',
        )


class AlertTest(AlertTestCase):
    def test_is_told_to_the_daemon(self):
        heard, thread = self.serve(b'HTTP/1.0 202 Accepted\r\n\r\n')
        self.assert_quiet(self.alert(LOST))
        thread.join(10)
        head, _, body = heard[0].partition(b'\r\n\r\n')
        self.assertTrue(head.startswith(b'POST /v1/hints HTTP/1.0\r\n'))
        self.assertEqual(
            {'kind': 'node', 'node': 'cmp1', 'desc': 'lost'}, json.loads(body)
        )

    def test_as_installed_and_as_hacluster_sees_it(self):
        self.assert_one_line(self.alert(LOST, [ALERT]), 'No such file')

    def test_what_is_no_hint_needs_no_daemon(self):
        for kind in ('attribute', 'novelty', ''):
            self.assert_quiet(self.alert({**LOST, 'CRM_alert_kind': kind}))
        self.assert_quiet(self.alert({}))

    def test_no_daemon(self):
        self.assert_one_line(self.alert(LOST), 'start nova-ha-fencer')

    def test_a_daemon_that_says_no(self):
        self.serve(
            b'HTTP/1.0 400 Bad\r\n\r\n{"error": {"message": "too\\nlong"}}'
        )
        self.assert_one_line(self.alert(LOST), 'too long')

    def test_a_daemon_that_hangs(self):
        self.listen()
        begin = time.monotonic()
        self.assert_one_line(self.alert(LOST), 'within 2.0 s')
        self.assertLess(time.monotonic() - begin, 10)

    def test_a_recipient_that_is_no_path(self):
        for recipient in ('x' * 200, '/nowhere/s', '/'):
            self.assert_one_line(
                self.alert({**LOST, 'CRM_alert_recipient': recipient}),
                'nothing answers on',
            )

    @hypothesis.settings(max_examples=40, deadline=None)
    @hypothesis.given(
        st.dictionaries(
            st.sampled_from(
                [
                    'CRM_alert_kind',
                    'CRM_alert_node',
                    'CRM_alert_rc',
                    'CRM_alert_recipient',
                ]
            ),
            st.one_of(
                st.sampled_from([b'node', b'fencing']), st.binary(max_size=30)
            ),
        )
    )
    def test_never_fails_pacemaker(self, environment):
        done = self.alert(
            {
                name: os.fsdecode(value.replace(b'\0', b''))
                for name, value in environment.items()
            }
        )
        self.assertEqual((0, b''), outcome(done)[:2])
        self.assertLessEqual(done.stderr.count(b'\n'), 1)
        self.assertNotIn(b'Traceback', done.stderr)


def outcome(done):
    return done.returncode, done.stdout, done.stderr
