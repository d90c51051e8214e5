# SPDX-License-Identifier: Apache-2.0
"""schemathesis asks the running API whatever its description allows, and
what it does not.

``NOVA_HA_FUZZ_EXAMPLES`` is how much it asks of each operation; ``FUZZ_SEED``
likewise where it begins.
"""

import os
import pathlib
import re
import subprocess
import sys

from tests.functional.rest import base

EXAMPLES = os.environ.get('NOVA_HA_FUZZ_EXAMPLES', '8')
SEED = os.environ.get('NOVA_HA_FUZZ_SEED', '20310504')
SECONDS = 1800
"""After which it hangs; a run with few examples takes less than 60."""


class FuzzTest(base.RestTestCase):
    def test_answers_are_as_described_and_nothing_breaks(self):
        self.start()
        done = subprocess.run(
            [
                str(pathlib.Path(sys.executable).with_name('schemathesis')),
                'run',
                f'{self.url}/v1/openapi.json',
                *('--header', f'X-Auth-Token:{self.token("admin")}'),
                *('--phases', 'examples,coverage,fuzzing'),
                *('--checks', 'all'),
                *('--max-examples', EXAMPLES),
                *('--seed', SEED),
                *('--request-timeout', '60'),
                '--continue-on-failure',
                '--no-color',
            ],
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        print(summary(done.stdout))
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        log = self.fencer.log()
        self.assertNotIn('Traceback', log)
        self.assertNotRegex(log, r': 500 ')
        self.fencer.fence('compute1')


def summary(text):
    """Return what it says it has done."""
    _, _, end = text.rpartition(' SUMMARY ')
    return re.sub(r'^=+\n', '', end).rstrip('= \n')
