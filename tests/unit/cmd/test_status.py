# SPDX-License-Identifier: Apache-2.0
"""nova-ha-status, run as an operator runs it but in this process."""

import contextlib
import io
import json

from nova_ha import version
from nova_ha.cmd import status
from nova_ha.db import migration
from tests.unit.cmd.checks import base

NOVA_AWAY = '[nova]\nauth_type = none\nendpoint = http://127.0.0.1:9/\n'


class StatusTest(base.CheckTest):
    def setUp(self):
        super().setUp()
        self.configure(NOVA_AWAY)

    def run_status(self, *arguments):
        """Return the exit code and stdout."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = status.main(
                    ['--config-file', str(self.file), *arguments]
                )
            except SystemExit as left:
                code = left.code
        return code, out.getvalue()

    def results(self):
        """Return the exit code, and the result of each check by its name."""
        code, out = self.run_status('upgrade', 'check', '--json')
        checks = json.loads(out)['checks']
        return code, {one['check']: one['result'] for one in checks}

    def test_the_gravest_is_the_exit_code(self):
        code, found = self.results()
        self.assertEqual(2, code)
        self.assertEqual(2, found['Store'])
        migration.sync(self.conf())
        code, found = self.results()
        self.assertEqual(1, code)
        self.assertEqual(0, found.pop('Store'))
        self.assertEqual(
            {'Nova': 1, 'Placement': 1, 'Glance': 1},
            {name: result for name, result in found.items() if result},
        )
        self.assertEqual(len(status.CHECKS), len(found) + 1)

    def test_for_people(self):
        code, out = self.run_status('upgrade', 'check')
        self.assertEqual(2, code)
        self.assertIn('| Check: Store ', out)
        self.assertIn('| Result: Failure ', out)

    def test_a_configuration_that_cannot_be_read(self):
        self.file.write_text('[DEFAULT\n')
        code, found = self.results()
        self.assertEqual((2, {'Configuration': 2}), (code, found))
        self.file.unlink()
        code, out = self.run_status('upgrade', 'check')
        self.assertEqual(2, code)
        self.assertIn('nothing else was checked', out)

    def test_usage(self):
        self.assertEqual(2, self.run_status()[0])
        code, out = self.run_status('--version')
        self.assertEqual((0, f'{version.version_string()}\n'), (code, out))
