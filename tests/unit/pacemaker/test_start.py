# SPDX-License-Identifier: Apache-2.0
"""What the agents load; their start-up time is made of that."""

import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).parents[3]
AGENT = ROOT / 'pacemaker' / 'fence_nova_ha'
ALERT = ROOT / 'pacemaker' / 'nova-ha-alert'
OCF = ROOT / 'pacemaker' / 'ocf' / 'fencer'

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
    def loaded(self, stdin, *command, **environment):
        """Return the modules that one run imports."""
        done = subprocess.run(
            [
                *(sys.executable, '-IS', '-X', 'importtime'),
                *(command or (AGENT,)),
            ],
            input=stdin,
            env=environment,
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

    def test_an_alert_loads_nothing_slow(self):
        loaded = self.loaded(
            '',
            ALERT,
            CRM_alert_kind='node',
            CRM_alert_node='cmp1',
            CRM_alert_recipient='/nowhere',
        )
        self.assertIn('nova_ha.pacemaker.client', loaded)
        self.assertEqual(set(), loaded & SLOW)
        ours = {name for name in loaded if name.startswith('nova_ha')}
        self.assertLessEqual(len(ours), 5, ours)

    def test_a_monitor_of_the_fencer_loads_nothing_slow(self):
        loaded = self.loaded('', OCF, 'monitor', OCF_RESKEY_socket='/nowhere')
        self.assertIn('nova_ha.pacemaker.ocf_process', loaded)
        self.assertEqual(set(), loaded & SLOW)
