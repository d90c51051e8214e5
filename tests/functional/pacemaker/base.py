# SPDX-License-Identifier: Apache-2.0
"""Scripts of a cluster node, and the tools that read them."""

import os
import pathlib
import shutil
import subprocess
import sys
import unittest

from tests.functional.daemon.base import SmallWorld
from tests.functional.daemon.process import PROGRAMS
from tests.functional.daemon.process import wait_until

ROOT = pathlib.Path(__file__).parents[3]
SCRIPTS = ROOT / 'pacemaker'
OCF_AGENT = SCRIPTS / 'ocf' / 'fencer'
FAKE = {'compute1': {'driver': 'fake'}}


def tool(name):
    """Return the path of a tool; without it the test is skipped."""
    found = shutil.which(name, path=f'{os.environ["PATH"]}:/usr/sbin')
    if found is None:
        raise unittest.SkipTest(f'{name} is not installed')
    return found


def run(*command, **more):
    return subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **more,
    )


def open_to_all(path):
    """Return whether any user gets as far as this file."""
    return all(room.stat().st_mode & 0o001 for room in (path, *path.parents))


class OcfTestCase(SmallWorld, unittest.TestCase):
    """A fencer that only the OCF agent starts and stops."""

    def setUp(self):
        super().setUp()
        self.fencer = self.make_fencer(hosts=FAKE)
        self.fencer.make_store()
        self.pid_file = self.directory / 'run' / 'pid'
        self.parameters = {
            'binary': PROGRAMS / 'nova-ha-fencer',
            'config': self.fencer.config_file,
            'pid': self.pid_file,
            'socket': self.fencer.socket,
            'log': self.fencer.output,
        }
        self.addCleanup(self.agent, 'stop')

    def environment(self, timeout=60, level=None, **parameters):
        values = {
            'PATH': os.environ['PATH'],
            'OCF_ROOT': '/usr/lib/ocf',
            'OCF_RESOURCE_INSTANCE': 'fencer:0',
            'OCF_RESKEY_CRM_meta_timeout': str(timeout * 1000),
            # The daemon must not get this, nor anything else.
            'PCMK_service': 'pacemaker-execd',
        }
        for name, value in {**self.parameters, **parameters}.items():
            values[f'OCF_RESKEY_{name}'] = str(value)
        if level is not None:
            values['OCF_CHECK_LEVEL'] = str(level)
        return values

    def agent(self, action, **more):
        """Run the agent as pacemaker-execd does."""
        return run(
            sys.executable,
            '-IS',
            OCF_AGENT,
            action,
            env=self.environment(**more),
        )

    def assert_agent(self, code, action, reason='', **more):
        """Exit code, and a reason of one line, or none."""
        done = self.agent(action, **more)
        self.assertEqual(code, done.returncode, done)
        if reason:
            self.assertRegex(
                done.stderr, rf'\Aocf-exit-reason:[^\n]*{reason}[^\n]*\n\Z'
            )
        else:
            self.assertEqual('', done.stderr)

    def pid(self):
        return int(self.pid_file.read_text().split()[0])

    def runs(self, pid):
        try:
            state = pathlib.Path(f'/proc/{pid}/stat').read_text()
        except FileNotFoundError:
            return False
        return state.rpartition(')')[2].split()[0] != 'Z'

    def wait_gone(self, pid):
        wait_until(lambda: not self.runs(pid), f'end of process {pid}')
