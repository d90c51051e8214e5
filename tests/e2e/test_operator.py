# SPDX-License-Identifier: Apache-2.0
"""What an operator has set stays set (promise 4); SIGHUP; retry."""

from collections import Counter
from typing import ClassVar

from tests.e2e import base

REASON = 'fan replaced on Tuesday'


class OperatorTest(base.EndToEndTest):
    def test_disabled_by_the_operator(self):
        self.boot('compute1', 1)
        self.world.disable('compute1', reason=REASON)
        self.crash('compute1')
        self.fence('compute1')
        self.wait_for('compute1', 'evacuated')
        self.lab.host('compute1').power_on()
        recovery = self.wait_for('compute1', 'completed')
        service = self.cloud.services()['compute1']
        self.assertEqual(
            ('up', 'disabled', REASON, False),
            (
                service['state'],
                service['status'],
                service['disabled_reason'],
                service['forced_down'],
            ),
        )
        self.assertIn(REASON, recovery.message)

    def test_forced_down_by_the_operator(self):
        self.boot('compute1', 1)
        self.crash('compute1')
        self.cloud.update_service('compute1', forced_down=True)
        self.fence('compute1')
        self.wait_for('compute1', 'evacuated')
        self.lab.host('compute1').power_on()
        recovery = self.wait_for('compute1', 'completed')
        service = self.cloud.services()['compute1']
        self.assertEqual(
            ('down', 'enabled', True),
            (service['state'], service['status'], service['forced_down']),
        )
        self.assertIn('forced down', recovery.message)


class RetryTest(base.EndToEndTest):
    options: ClassVar = {'evacuation': {'attempts': 2}}

    def retry(self):
        out = self.daemon.service.manage('recovery', 'retry', 'compute1')
        self.assertIn('evacuating', out)

    def assert_failed_twice(self, instances, words):
        recovery = self.wait_for('compute1', 'evacuation_failed')
        rows = self.daemon.evacuations(recovery)
        for each in instances:
            row = rows[each.uuid]
            self.assertEqual(('failed', 2), (row.state.value, row.attempts))
            self.assertIn(words, row.message)
        failed = self.daemon.events(recovery, 'evacuation_attempt_failed')
        self.assertEqual(len(instances), len(failed))
        # It is on record first, and told then.
        self.wait_until(
            lambda: 'needs somebody' in self.daemon.log(), 10, 'an alarm'
        )
        self.records = {each.uuid: 3 for each in instances}
        self.say(f'told: {words}')

    def test_no_valid_host(self):
        """Tried again, parked, and well as soon as a host takes instances."""
        others = ('compute2', 'compute3', 'compute4')
        self.world.disable(*others)
        instances = self.boot('compute1', 2, stopped=1)
        self.crash('compute1')
        self.fence('compute1')
        self.assert_failed_twice(instances, 'No valid host was found')
        self.world.enable('compute3')
        recovery = self.wait_for('compute1', 'evacuated')
        first, *_ = self.daemon.events(recovery, 'retry_requested')
        self.assertEqual(
            'there may be room: compute3 takes instances', first.message
        )
        # Placement may have heard of compute3 only after the first retry.
        self.records = Counter(
            event.instance
            for event in self.daemon.events(recovery, 'evacuation_asked')
        )

    def test_spawn_fails(self):
        others = ('compute2', 'compute3', 'compute4')
        for host in others:
            self.lab.host(host).set_knobs(spawn_fail=True)
        instances = self.boot('compute1', 2, stopped=1)
        self.crash('compute1')
        self.fence('compute1')
        self.assert_failed_twice(instances, 'spawn_fail')
        for host in others:
            self.lab.host(host).set_knobs()
        self.retry()
        self.wait_for('compute1', 'evacuated')
