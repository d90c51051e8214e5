# SPDX-License-Identifier: Apache-2.0
"""SIGHUP: the hosts file, and options that may change under way."""

import json
from typing import ClassVar

from tests.e2e import base


class ReloadTest(base.EndToEndTest):
    starts = False
    options: ClassVar = {'evacuation': {'window': 1}}

    def test_reload(self):
        hosts_file = self.daemon.service.hosts_file
        whole = hosts_file.read_text()
        few = json.loads(whole)
        few['hosts'] = few['hosts'][1:]
        hosts_file.write_text(json.dumps(few))
        self.daemon.start()
        unknown = self.agent.run('status', 'compute1', timeout=5)
        self.assertEqual(1, unknown.code)
        self.assertIn('compute1', unknown.error)

        self.reload(hosts_file, whole, 'Reloaded: 4 hosts')
        self.assertEqual(0, self.agent.run('status', 'compute1').code)

        self.reload(hosts_file, whole + '!', 'Not reloaded')
        self.assertEqual(0, self.agent.run('status', 'compute1').code)
        hosts_file.write_text(whole)

        self.widen_the_window()

    def reload(self, file, text, expected):
        before = self.daemon.log().count(expected)
        file.write_text(text)
        self.daemon.hang_up()
        self.wait_until(
            lambda: self.daemon.log().count(expected) > before, 60, expected
        )

    def widen_the_window(self):
        """In the middle of an evacuation."""
        others = ('compute2', 'compute3', 'compute4')
        self.boot('compute1', 7)
        self.world.hold(*others)  # so that none is over between two looks
        self.crash('compute1')
        self.fence('compute1')
        self.wait_until(self.under_way, 60, 'the first')
        self.assertEqual(1, self.under_way())
        conf = self.daemon.service.config_file
        text = conf.read_text()
        self.assertIn('window = 1', text)
        self.reload(conf, text.replace('window = 1', 'window = 4'), 'Reloaded')
        self.wait_until(lambda: self.under_way() >= 4, 60, '4 at once')
        self.assertEqual(4, self.under_way())
        self.world.let_go(*others, seconds=1.5)
        most = self.most_at_once('compute1')
        self.say(f'window 1, then {most} at once')
        self.assertLessEqual(most, 4)

    def under_way(self):
        """How many evacuations nova has under way."""
        return sum(
            record['status'] in ('accepted', 'pre-migrating')
            for record in self.world.records()
        )

    def most_at_once(self, host):
        """The most evacuations seen under way until the host's are over."""
        seen = []

        def over():
            seen.append(self.under_way())
            return self.daemon.recoveries(host)[0].state.value == 'evacuated'

        self.wait_until(over, 60, f'{host} to be evacuated')
        return max(seen)
