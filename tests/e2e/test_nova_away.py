# SPDX-License-Identifier: Apache-2.0
"""Nova or keystone is not there: the fence does not need them."""

from collections import Counter
import time
from typing import ClassVar

from tests.e2e import base

AWAY = 30


class AwayTest(base.EndToEndTest):
    def wait_for_word(self, host):
        """What the recovery says it waits for, when it says so."""

        def said():
            message = self.wait_for(host, 'forcing_down').message
            return message.startswith('nova is not told yet') and message

        return self.wait_until(said, 20, 'word of what it waits for')


class NovaAwayTest(AwayTest):
    def test_nova_api_away_for_30_seconds(self):
        self.boot('compute1', 2)
        self.crash('compute1')
        stopped = time.monotonic()
        with self.world.without(self.lab.nova_api):
            answer = self.fence('compute1')
            self.assertLess(answer.seconds, 5)
            told = self.wait_for_word('compute1')
            self.wait_until(
                lambda: time.monotonic() >= stopped + AWAY, AWAY, 'the time'
            )
            self.say(f'told: {told}')
        back = time.monotonic()
        self.wait_for('compute1', 'evacuating', 'evacuated', timeout=30)
        self.say(
            f'agent {answer.seconds:.2f} s; nova knew '
            f'{time.monotonic() - back:.1f} s after it was back'
        )
        self.wait_for('compute1', 'evacuated')


class KeystoneAwayTest(AwayTest):
    starts = False

    def test_keystone_away_at_the_start(self):
        self.boot('compute1', 2)
        self.crash('compute1')
        with self.world.without(self.lab.keystone):
            self.daemon.start()
            answer = self.fence('compute1')
            self.assertLess(answer.seconds, 5)
            self.say(f'told: {self.wait_for_word("compute1")}')
        self.wait_for('compute1', 'evacuated')
        self.expect_failed_ones_again()

    def expect_failed_ones_again(self):
        """For a moment nova's own services, too, go without Keystone, and
        nova fails an evacuation (503); that one is asked for once more, each
        time.
        """
        failed = Counter(
            record['instance_uuid']
            for record in self.world.records()
            if record['status'] in ('failed', 'error')
        )
        self.records = {uuid: failed[uuid] + 1 for uuid in failed}


class NoRightsTest(AwayTest):
    """The user of [nova] is in the project demo, without the role admin."""

    options: ClassVar = {'nova': {'username': 'demo', 'project_name': 'demo'}}

    def test_no_rights(self):
        self.boot('compute1', 2)
        self.crash('compute1')
        self.fence('compute1')
        told = self.wait_for_word('compute1')
        self.assertIn('admin', told)
        self.wait_until(lambda: told in self.daemon.log(), 10, 'a log line')
        self.say(f'told: {told}')
        self.assertEqual([], self.world.records())

        self.give_rights()
        self.wait_for('compute1', 'evacuated')

    def give_rights(self):
        self.daemon.stop()
        self.daemon.configure({})
        self.daemon.start()
