# SPDX-License-Identifier: Apache-2.0
"""The real API on a real socket, driven by real processes."""

import contextlib
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from oslo_config import cfg

from nova_ha.api import server
from nova_ha.conf import api as api_options
from nova_ha.conf import fencer
from tests.unit.api import scripted

ROOT = pathlib.Path(__file__).parents[3]
AGENT = ROOT / 'pacemaker' / 'fence_nova_ha'
ME = pwd.getpwuid(os.getuid()).pw_name


class ApiTestCase(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='nha-'))
        self.addCleanup(shutil.rmtree, self.directory)
        self.path = self.directory / 'run' / 'fencer.sock'
        self.engine = scripted.Engine()

    def conf(self, **overrides):
        conf = cfg.ConfigOpts()
        for module in (api_options, fencer):
            module.register_opts(conf)
        conf([], default_config_files=[])
        options = {
            'socket': str(self.path),
            'socket_owner': ME,
            'socket_group': 'root',
            'allowed_users': [],
            'threads': 8,
            **overrides,
        }
        for name, value in options.items():
            conf.set_override(name, value, fencer.GROUP)
        return conf

    def start(self, **overrides):
        api = server.LocalApi(self.conf(**overrides), self.engine)
        api.start()
        self.addCleanup(api.stop, 1)
        return api

    def agent(self, *arguments, stdin='', **more):
        """Run the agent to its end, as Pacemaker does when given stdin."""
        return subprocess.run(
            agent_command(*arguments),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            **more,
        )

    def by_stdin(self, *lines, **more):
        lines = (*lines, f'socket={self.path}')
        return self.agent(stdin='\n'.join(lines) + '\n', **more)

    @contextlib.contextmanager
    def agent_running(self, *lines):
        """Start the agent and leave it running."""
        text = '\n'.join((*lines, f'socket={self.path}')) + '\n'
        with subprocess.Popen(
            agent_command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            process.stdin.write(text)
            process.stdin.close()
            try:
                yield process
            finally:
                process.kill()

    def ended(self, process):
        """Return exit code and stderr."""
        code = process.wait(60)
        return code, process.stderr.read()

    def assert_failed(self, result, complaint):
        """Exit code 1 and one line that says why, no traceback."""
        self.assertEqual(1, result.returncode, result)
        self.assertEqual('', result.stdout)
        self.assertRegex(result.stderr, r'\Afence_nova_ha: [^\n]+\n\Z')
        self.assertIn(complaint, result.stderr)

    def connect(self):
        connection = socket.socket(socket.AF_UNIX)
        self.addCleanup(connection.close)
        connection.settimeout(15)
        connection.connect(str(self.path))
        return connection

    def say(self, raw):
        """Send bytes and no more; return all that comes back."""
        connection = self.connect()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
        answer = b''
        with contextlib.suppress(ConnectionResetError):
            while part := connection.recv(65536):
                answer += part
        return answer.decode()

    def wait_for(self, condition, seconds=10):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                self.fail(f'not so within {seconds} s')
            time.sleep(0.01)


def agent_command(*arguments):
    """Start the script with the Python of the tests."""
    return [sys.executable, '-IS', str(AGENT), *arguments]
