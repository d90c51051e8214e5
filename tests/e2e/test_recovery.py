# SPDX-License-Identifier: Apache-2.0
"""A host fails, its instances come back elsewhere, it returns."""

from tests.e2e import base


class RecoveryTest(base.EndToEndTest):
    def test_whole_recovery(self):
        """To the end, and then what could still go wrong much later.

        A record left over from the first recovery would let a restart of
        nova-compute destroy instances that a second one has brought back.
        """
        instances = self.boot('compute1', 6, stopped=2)
        self.crash('compute1')

        answer = self.fence('compute1')
        recovery = self.wait_for('compute1', 'evacuated')
        self.assert_nova_knows('compute1', recovery)
        self.tell_times(recovery, answer)
        self.return_host('compute1')
        self.assert_one_recovery('compute1')

        back = self.bring_back_to('compute1', instances)
        for _ in range(2):
            self.lab.host('compute1').restart_compute()
            self.lab.wait_ready()
        self.say(f'{len(back)} instances came back and outlived 2 restarts')

    def assert_nova_knows(self, host, recovery):
        service = self.cloud.services()[host]
        self.assertEqual(
            ('down', 'disabled', True),
            (service['state'], service['status'], service['forced_down']),
        )
        self.assertIn(recovery.uuid, service['disabled_reason'])

    def tell_times(self, recovery, answer):
        times = {e.name: e.at for e in self.daemon.events(recovery)}
        first = times['fence_requested']
        names = (
            'off_verified',
            'fence_answered',
            'forced_down',
            'all_accounted_for',
        )
        told = (f'{n} {(times[n] - first).total_seconds():.2f}' for n in names)
        self.say(f'agent {answer.seconds:.2f} s; ' + ', '.join(told))

    def bring_back_to(self, host, instances):
        """Lose a second host, with only the first one to go to."""
        ours = {each.uuid: each for each in instances}
        now = {
            uuid: self.cloud.server(uuid)['OS-EXT-SRV-ATTR:host']
            for uuid in ours
        }
        self.assertNotIn(host, now.values())
        lost = now[instances[-1].uuid]
        others = set(self.lab.hosts) - {host, lost}
        self.world.disable(*others)
        self.crash(lost)
        self.fence(lost)
        self.wait_for(lost, 'evacuated')
        back = [uuid for uuid in now if now[uuid] == lost]
        self.records = dict.fromkeys(back, 2)
        for uuid in back:
            server = self.cloud.server(uuid)
            self.assertEqual(host, server['OS-EXT-SRV-ATTR:host'])
        return back
