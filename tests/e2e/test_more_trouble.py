# SPDX-License-Identifier: Apache-2.0
"""A recovery meets another: of its target, of a second host, of itself."""

import time
from typing import ClassVar

from tests.e2e import base


class TargetDiesTest(base.EndToEndTest):
    def test_target_dies(self):
        """What it was given is asked for again, and nothing forgotten.

        The record that the dead target leaves open must hold the first
        host's return back until nova-compute has been started once more,
        whoever kills the daemon meanwhile.
        """
        self.world.disable('compute3', 'compute4')
        instances = self.boot('compute1', 3)
        self.boot('compute2', 1)
        self.world.hold('compute2')
        self.crash('compute1')
        self.fence('compute1')
        self.wait_until(
            lambda: len(self.given_to_compute2()) == len(instances),
            60,
            'all to be given to compute2',
        )
        self.records = {each.uuid: 2 for each in instances}
        self.world.enable('compute3')
        self.crash('compute2')
        self.fence('compute2')
        self.wait_for('compute1', 'evacuated')
        self.wait_for('compute2', 'evacuated')
        self.assert_one_recovery('compute1', 'compute2')

        self.assert_return_waits('compute1')
        self.lab.host('compute1').restart_compute()
        self.wait_for('compute1', 'completed')
        self.assert_serving('compute1')

    def given_to_compute2(self):
        return [
            record
            for record in self.world.records()
            if record['dest_compute'] == 'compute2'
            and record['status'] == 'pre-migrating'
        ]

    def assert_return_waits(self, host):
        self.lab.host(host).power_on()
        self.wait_for(host, 'returning')
        word = f'restart nova-compute on {host} once more'

        def said():
            message = self.wait_for(host, 'returning').message
            return message.startswith(word) and message

        self.say(f'told: {self.wait_until(said, 60, word)[:80]}...')
        for _ in range(2):
            self.daemon.kill_and_restart('returning, a record is left')
            time.sleep(1.0)
        self.assertTrue(said())
        service = self.cloud.services()[host]
        self.assertEqual(
            (True, 'disabled'), (service['forced_down'], service['status'])
        )


class TwoHostsTest(base.EndToEndTest):
    def test_two_hosts_and_repeated_requests(self):
        """Three requests for each of two hosts, all at the same time."""
        hosts = ('compute1', 'compute2')
        for host in hosts:
            self.boot(host, 3)
        self.crash(*hosts)
        calls = {
            host: [self.agent.call('off', host) for _ in range(3)]
            for host in hosts
        }
        for host in hosts:
            for call in calls[host]:
                self.assert_fenced(host, call.wait())
        self.fence('compute1')  # and once more, in the middle
        for host in hosts:
            self.wait_for(host, 'evacuated')
        self.assert_one_recovery(*hosts)
        self.fence('compute1')  # and when all is over
        self.assert_one_recovery(*hosts)


class PoweredOnTest(base.EndToEndTest):
    options: ClassVar = {'evacuation': {'window': 2}}

    def test_powered_on_too_early(self):
        """It is switched off again before anything more is asked for."""
        others = ('compute2', 'compute3', 'compute4')
        self.boot('compute1', 6)
        self.world.hold(*others)  # or all may be over before it is on
        host = self.lab.host('compute1')
        self.crash('compute1')
        self.fence('compute1')
        self.wait_until(lambda: len(self.world.records()) >= 2, 60, 'records')
        on = time.monotonic()
        host.power_on()
        self.world.let_go(*others, seconds=2)
        self.wait_until(
            lambda: host.power_state() == 'off', 60, 'it to be off again'
        )
        self.say(f'it was on for {time.monotonic() - on:.2f} s')
        recovery = self.wait_for('compute1', 'evacuated')
        self.assert_nothing_asked_while_on(recovery)
        self.assert_one_recovery('compute1')
        self.return_host('compute1')

    def assert_nothing_asked_while_on(self, recovery):
        """Between seeing it on and seeing it off again."""
        names = [
            event.name
            for event in self.daemon.events(recovery)
            if event.name in ('off_lost', 'off_verified', 'evacuation_asked')
        ]
        self.assertEqual(1, names.count('off_lost'), names)
        lost = names.index('off_lost')
        self.assertEqual('off_verified', names[lost + 1])
        self.assertIn('evacuation_asked', names[lost:])
