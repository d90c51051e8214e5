# SPDX-License-Identifier: Apache-2.0
"""What the agent loads; its start-up time is made of that."""

import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).parents[3]
AGENT = ROOT / 'pacemaker' / 'fence_nova_ha'

#: Each costs as much as all the agent needs, or nearly so.
SLOW = {
    'argparse',
    'asyncio',
    'dataclasses',
    'email',
    'http',
    'importlib.metadata',
    'inspect',
    'logging',
    'pathlib',
    'site',
    'ssl',
    'subprocess',
    'threading',
    'typing',
    'urllib',
    'xml',
}


class StartTest(unittest.TestCase):
    def loaded(self, stdin):
        """Return the modules that one run imports."""
        done = subprocess.run(
            [sys.executable, '-IS', '-X', 'importtime', str(AGENT)],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        lines = done.stderr.splitlines()
        return {line.rsplit('|', 1)[-1].strip() for line in lines}

    def test_off_loads_nothing_slow(self):
        loaded = self.loaded(
            'action=off\nport=x\nsocket=/nowhere\ntimeout=0.1\n'
        )
        self.assertIn('nova_ha.pacemaker.patience', loaded)
        self.assertEqual(set(), loaded & SLOW)
        ours = {name for name in loaded if name.startswith('nova_ha')}
        self.assertLessEqual(len(ours), 6, ours)

    def test_what_is_slow_would_be_seen(self):
        self.assertIn('xml', self.loaded('action=metadata\n'))
