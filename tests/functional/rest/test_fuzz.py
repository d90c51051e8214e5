# SPDX-License-Identifier: Apache-2.0
"""The running daemon answers as it describes itself, whatever is asked.

``NOVA_HA_FUZZ_EXAMPLES`` is how much is asked of each operation, and
``NOVA_HA_FUZZ_SEED`` where it begins.
"""

import os
import re

from tests.functional.rest import base
from tests.functional.rest import fuzz

EXAMPLES = int(os.environ.get('NOVA_HA_FUZZ_EXAMPLES', '8'))
SEED = int(os.environ.get('NOVA_HA_FUZZ_SEED', fuzz.SEED))
#: Nova is away here. Nothing else may go wrong on our side.
AWAY = 'compute.unavailable'


class FuzzTest(base.RestTestCase):
    def test_answers_are_as_described_and_nothing_breaks(self):
        self.start()
        fenced = self.fencer.fence('compute2')
        done = fuzz.run(
            self.url,
            self.token('admin'),
            EXAMPLES,
            SEED,
            nova_away=True,
            known={'host': ['compute1'], 'uuid': [fenced['recovery']]},
        )
        print(fuzz.summary(done.stdout))
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        log = self.fencer.log()
        self.assertNotIn('Traceback', log)
        self.assertEqual(
            {AWAY}, set(re.findall(r' by \S+: 5\d\d (\S+): ', log))
        )
        self.fencer.fence('compute1')
