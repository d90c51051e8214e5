# SPDX-License-Identifier: Apache-2.0

import testtools

from nova_ha.pacemaker import options
from tests.lab import agent_call


class StdinTest(testtools.TestCase):
    def test_it_is_what_pacemaker_was_seen_to_write(self):
        self.assertEqual(
            ['nodename=cmp1', 'marker=hello', 'action=off', 'port=cmp1'],
            agent_call.lines('off', 'cmp1', {'marker': 'hello'}).splitlines(),
        )

    def test_the_agent_understands_it(self):
        text = agent_call.lines('off', 'compute1', {'socket': '/run/x.sock'})
        wanted = options.from_stdin(text)
        self.assertEqual('off', wanted.action)
        self.assertEqual('compute1', wanted.target)
        self.assertEqual('/run/x.sock', wanted.socket)
