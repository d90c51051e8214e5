# SPDX-License-Identifier: Apache-2.0
"""nova-ha-status asks real nova: may we, and is it new enough."""

import json
import pathlib
import subprocess
import sys

import fixtures

from tests.functional.nova import base

STATUS = pathlib.Path(sys.executable).with_name('nova-ha-status')


class StatusTest(base.NovaTestCase):
    hosts = ('host1',)

    def setUp(self):
        super().setUp()
        self.file = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path, 'nova-ha.conf'
        )
        self.file.write_text(
            f'[nova]\nauth_type = none\nendpoint = {self.front.url}\n'
        )

    def nova(self):
        """Return result and details of the check."""
        done = subprocess.run(
            [STATUS, '--config-file', self.file, 'upgrade', 'check', '--json'],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        found = {c['check']: c for c in json.loads(done.stdout)['checks']}
        return found['Nova']['result'], found['Nova']['details']

    def test_administrator(self):
        self.front.identity = self.auth.headers
        self.assertEqual(
            (0, 'nova shows 1 compute hosts and its evacuation records'),
            self.nova(),
        )

    def test_member(self):
        self.front.identity = base.Headers(
            self.front.url, self.project, 'member'
        ).headers
        result, details = self.nova()
        self.assertEqual(2, result)
        self.assertIn('needs the role admin', details)

    def test_too_old(self):
        self.front.identity = self.auth.headers
        self.front.newest = '2.52'
        result, details = self.nova()
        self.assertEqual(2, result)
        self.assertIn('Upgrade nova', details)
