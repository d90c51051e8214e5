# SPDX-License-Identifier: Apache-2.0
"""Fencing without nova: answered, taken up again, given up in order."""

import pathlib
import threading
import time

from nova_ha.pacemaker import client
from tests.functional.daemon import base
from tests.functional.daemon.process import wait_until


class FencingTest(base.DaemonTest):
    def setUp(self):
        super().setUp()
        self.fencer.make_store()
        self.fencer.start()

    def test_answered_while_nova_is_away(self):
        started = time.monotonic()
        answer = self.fencer.fence('compute1')
        seconds = time.monotonic() - started
        self.assertEqual('off', self.power())
        self.assertEqual('forcing_down', answer['state'])
        self.assertFalse(answer['spooled'])
        self.assertLess(seconds, 5)
        recovery = wait_until(
            lambda: (r := self.newest()) and 'nova' in r.message and r,
            'word of what it waits for',
        )
        self.assertEqual('forcing_down', recovery.state.value)

    def test_killed_while_fencing(self):
        """The next life switches off what nobody waits for any more."""
        with self.bmc_hangs():
            caller = threading.Thread(target=self.fence_and_lose)
            caller.start()
            self.wait_for_state('fencing')
            self.fencer.kill()
            caller.join()
        # What was on its way to the BMC when it hung counts for nothing.
        self.bmcs['compute1'].directory.joinpath('chassis/power').write_text(
            'on\n'
        )
        self.assertEqual('fencing', self.newest().state.value)
        self.fencer.start()
        recovery = self.wait_for_state('forcing_down')
        self.assertEqual('off', self.power())
        self.assertGreater(
            recovery.off_proof.verified_at, recovery.fencing_since
        )

    def fence_and_lose(self):
        try:
            self.fencer.fence('compute1')
        except client.BrokenOff:
            return
        raise AssertionError('it answered')

    def test_wrong_password(self):
        """The recovery says so, and nobody is told that it is off."""
        parameters = self.make_bmc('compute2')
        self.fencer.write_hosts(
            {'compute2': {**parameters, 'password': 'wrong-one'}}
        )
        self.fencer.terminate()
        self.fencer.start()
        with self.assertRaises(client.Refused) as caught:
            self.fencer.fence('compute2', 10)
        self.assertIn('compute2', str(caught.exception))
        failed = self.wait_for_state('fence_failed', 'compute2')
        self.assertIn('password', failed.message)
        self.assertEqual('on', self.power('compute2'))
        # It is on record first, and told then.
        wait_until(lambda: 'needs somebody' in self.fencer.log(), 'an alarm')
        self.assertNotIn('wrong-one', self.fencer.log())

    def test_leases_given_up_at_sigterm(self):
        self.fencer.fence('compute1')
        self.wait_for_state('forcing_down', owner='fencer-1')
        self.assertEqual(0, self.fencer.terminate())
        recovery = self.newest()
        self.assertIsNone(recovery.owner)
        self.assertIsNone(recovery.lease_expires_at)
        self.assertNotIn('Traceback', self.fencer.log())
        self.assertFalse(self.fencer.socket.exists())

    def test_sigterm_waits_for_a_power_off(self):
        """It is answered before the daemon ends."""
        answers = []
        # It takes its time, not the BMC: that would be given up after five
        # seconds, and a daemon that stops does not try again.
        chassis = self.bmcs['compute1'].directory / 'chassis'
        (chassis / 'stays-on').touch()
        caller = threading.Thread(
            target=lambda: answers.append(self.fencer.fence('compute1'))
        )
        caller.start()
        self.wait_for_state('fencing')
        ending = threading.Thread(target=self.fencer.terminate)
        ending.start()
        wait_until(lambda: 'Stopping' in self.fencer.log(), 'SIGTERM')
        (chassis / 'stays-on').unlink()
        (chassis / 'power').write_text('off\n')
        ending.join()
        caller.join()
        self.assertEqual('off', self.power())
        self.assertEqual(1, len(answers), 'the caller has no answer')
        self.assertEqual('forcing_down', answers[0]['state'])


class ResourcesTest(base.DaemonTest):
    FENCES = 60
    SLACK = 12
    """A connection of the store has three files, and a busy moment may need
    a second one; what leaks leaks once a fence."""

    def test_nothing_grows_with_the_number_of_fences(self):
        self.fencer.make_store()
        self.fencer.start()
        for _ in range(5):
            self.fencer.fence('compute1')
        before = self.used()
        for _ in range(self.FENCES):
            self.fencer.fence('compute1')
        after = self.used()
        told = f'{before} before, {after} after {self.FENCES} fences'
        for what in ('threads', 'files'):
            grown = after[what] - before[what]
            self.assertLessEqual(grown, self.SLACK, told)
        self.assertLess(after['mib'], before['mib'] + 10, told)
        self.assertLess(after['mib'], 200, told)

    def used(self):
        process = pathlib.Path('/proc', str(self.fencer.pid))
        status = dict(
            line.split(':', 1)
            for line in (process / 'status').read_text().splitlines()
        )
        return {
            'threads': int(status['Threads']),
            'mib': int(status['VmRSS'].split()[0]) // 1024,
            'files': len(list((process / 'fd').iterdir())),
        }
