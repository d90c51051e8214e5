# SPDX-License-Identifier: Apache-2.0
"""The running daemon answers as it describes itself, whatever is asked.

Nova and placement are real, in this process; a host has failed, and a failure
was rehearsed. ``NOVA_HA_FUZZ_EXAMPLES`` is how much is asked of each
operation, and ``NOVA_HA_FUZZ_SEED`` where it begins.
"""

import os

from placement import deploy

from tests.functional.nova import base as nova
from tests.functional.nova import front
from tests.functional.rest import base
from tests.functional.rest import fuzz
from tests.functional.rest import known

EXAMPLES = int(os.environ.get('NOVA_HA_FUZZ_EXAMPLES', '8'))
SEED = int(os.environ.get('NOVA_HA_FUZZ_SEED', fuzz.SEED))
HOSTS = ('host1', 'host2', 'host3')
SPARE = 'host3'
#: Once a loan has ended, there is none to be given back or kept.
ENDS = {'POST /v1/spares/{spare}/give-back', 'POST /v1/spares/{spare}/keep'}


class FuzzTest(base.RestWorld, nova.NovaTestCase):
    def options(self):
        conf = self.placement.fixture.conf_fixture.conf
        placement = front.Front(deploy.loadapp(conf)).start()
        self.addCleanup(placement.stop)
        self.front.identity = placement.identity = self.auth.headers
        return {
            'nova': {'auth_type': 'none', 'endpoint': self.front.url},
            'placement': {
                'endpoint_override': placement.url.removesuffix('/v2.1')
            },
        }

    def test_answers_are_as_described_and_nothing_breaks(self):
        admin = self.token('admin')
        self.let_hosts_fail(admin)
        there = known.look(self.url, admin)
        self.assertEqual([], [kind for kind in there if not there[kind]])
        outcome = fuzz.run(self.url, admin, EXAMPLES, there, SEED)
        print(outcome.summary)
        self.assertTrue(outcome.well, outcome.said)
        self.assertEqual(0, outcome.report.server_errors)
        self.assertEqual(set(), {*outcome.report.mostly_unknown()} - ENDS)
        self.assertNotIn('Traceback', self.fencer.log())
        self.fencer.fence('host2')

    def let_hosts_fail(self, token):
        """One in earnest, for which a spare stands in, and one rehearsed."""
        self.fencer.write_hosts(
            {name: {'driver': 'fake'} for name in HOSTS}, spares=[SPARE]
        )
        self.gateway.disable(self.gateway.service(SPARE), 'a spare')
        self.boot(2)
        self.start()
        self.set_mode(token, 'observe')
        self.create(token, 'host2')
        self.set_mode(token, 'armed')
        self.create(token, 'host1')
        self.wait_for_state('evacuated', 'host1', 180)

    def set_mode(self, token, mode):
        body = {'mode': mode, 'reason': 'a test'}
        answer = self.ask('PUT', '/v1/mode', token, json=body)
        self.assertEqual(200, answer.status_code, answer.text)

    def create(self, token, host):
        body = {'host': host, 'off': 'driver', 'reason': 'a test'}
        self.ask('POST', '/v1/recoveries', token, json=body)
