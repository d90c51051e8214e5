# SPDX-License-Identifier: Apache-2.0
"""The fence agent against answers, arguments and input of any kind."""

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

from nova_ha.pacemaker import options
from tests.functional.daemon.process import NOWHERE
from tests.functional.pacemaker import base

AGENT = base.SCRIPTS / 'fence_nova_ha'
WORDS = st.one_of(
    st.sampled_from(
        [
            *('-o', '--action', '-n', '-t', '-v', '-h', '-V', '--'),
            *('--plug=a', '-t0.1', '--timeout=nan', '--socket', '-s/x'),
            *options.ACTIONS,
        ]
    ),
    st.text(st.characters(blacklist_characters='\0', codec='utf-8')),
)
BODIES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b'{}',
            b'[]',
            b'null',
            b'{"hosts": 7}',
            b'{"hosts": [1, null, {}, {"name": []}]}',
            b'{"hosts": [{"name": "\\ud800", "node": "a"}]}',
            b'{"power": {"on": 1}}',
            b'{"problems": [null, {"a": 1}]}',
            b'{"error": {"message": ["a", "b"], "retriable": []}}',
        ]
    ),
)


class AgentTestCase(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='nha-'))
        self.addCleanup(shutil.rmtree, self.directory)
        self.path = self.directory / 's'

    def agent(self, *arguments, stdin=b''):
        return subprocess.run(
            [sys.executable, '-IS', AGENT, *arguments],
            input=stdin,
            capture_output=True,
            cwd=self.directory,
            timeout=60,
            check=False,
        )

    def assert_orderly(self, done):
        self.assertNotIn(b'Traceback', done.stderr)
        self.assertIn(done.returncode, (0, 1, 2))
        if done.returncode == 1:
            self.assertRegex(
                done.stderr.decode(), r'fence_nova_ha: [^\n]+\n\Z'
            )


class AnythingTest(AgentTestCase):
    @hypothesis.settings(max_examples=60, deadline=None)
    @hypothesis.given(st.lists(WORDS, min_size=1, max_size=5))
    def test_any_arguments(self, words):
        # A socket where nobody answers, and no time to wait for it.
        self.assert_orderly(self.agent('-s/x', '-t0.1', *words))

    @hypothesis.settings(max_examples=60, deadline=None)
    @hypothesis.given(
        st.sampled_from(options.ACTIONS),
        st.sampled_from([200, 204, 400, 404, 503]),
        BODIES,
    )
    def test_any_answer(self, action, status, body):
        answer = b'HTTP/1.0 %d X\r\n\r\n%s' % (status, body)
        with Answering(self.path, answer):
            self.assert_orderly(
                self.agent(
                    stdin=f'action={action}\nport=a\nsocket={self.path}\n'
                    'timeout=0.3\n'.encode()
                )
            )


class Answering:
    """A server that gives the same answer to everybody."""

    def __init__(self, path, answer):
        self._path = path
        self._answer = answer

    def __enter__(self):
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._path))
        self._listener.listen(64)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(self._answer)

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)
        self._path.unlink()


class ReadingTest(AgentTestCase):
    def test_list_of_a_daemon_that_is_down_ends_soon(self):
        """Pacemaker waits for it before it fences anything."""
        for action in ('list', 'status', 'monitor'):
            begin = time.monotonic()
            done = self.agent('-o', action, '-n', 'a', '-s', str(self.path))
            self.assertEqual(1, done.returncode)
            self.assertLess(time.monotonic() - begin, 10)

    def test_off_waits_for_it(self):
        done = self.agent('-o', 'off', '-n', 'a', '-s/x', '-v', '-t', '6')
        self.assertEqual(1, done.returncode)
        self.assertIn(b'trying again', done.stderr)


class RealDaemonTest(base.OcfTestCase):
    """What the agent says of daemons that cannot fence."""

    def fence_agent(self, action):
        return base.run(
            sys.executable,
            '-IS',
            AGENT,
            *('-o', action, '-s', self.fencer.socket, '-t', '10'),
        )

    def test_names_pacemakers_name_first(self):
        self.fencer.write_hosts(
            {
                'cmp1.example.org': {'driver': 'fake'},
                'cmp2': {'driver': 'fake'},
            }
        )
        text = self.fencer.hosts_file.read_text()
        self.fencer.hosts_file.write_text(
            text.replace(
                '"cmp1.example.org"', '"cmp1.example.org", "node": "cmp1"'
            )
        )
        self.fencer.start()
        self.assertEqual(
            'cmp1,cmp1.example.org\ncmp2,\n', self.fence_agent('list').stdout
        )
        self.assertRegex(
            self.fence_agent('list-status').stdout,
            r'\Acmp1,cmp1.example.org,(on|off|unknown)\ncmp2,,',
        )

    def test_neither_store_nor_spool(self):
        connection = f'mysql+pymysql://u:hidden@{NOWHERE[7:]}/x'
        self.fencer.configure({'database': {'connection': connection}})
        self.fencer.spool.write_text('no directory')
        self.fencer.start()
        done = self.fence_agent('monitor')
        self.assertEqual(1, done.returncode)
        self.assertIn('cannot fence: nothing can be recorded', done.stderr)
        self.assertNotIn('hidden', done.stderr)

    def test_hosts_file_gone(self):
        """The one that runs says so; a new one does not start."""
        self.fencer.start()
        self.fencer.hosts_file.unlink()
        done = self.fence_agent('monitor')
        self.assertEqual(1, done.returncode)
        self.assertIn('hosts.yaml is gone', done.stderr)
        self.fencer.terminate()
        self.assertIn('hosts.yaml: cannot be read', self.fencer.refuses())
        done = self.fence_agent('monitor')
        self.assertEqual(1, done.returncode)
        self.assertIn('start nova-ha-fencer', done.stderr)

    def test_hosts_file_without_hosts(self):
        self.fencer.write_hosts({})
        self.assertIn('names no host', self.fencer.refuses())
