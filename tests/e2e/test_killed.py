# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the daemon in each acting state, and a restart at once.

Whenever it comes: the same end, every instance asked for exactly once.
"""

import time
from typing import ClassVar

from tests.e2e import base
from tests.e2e import shared

WRITTEN = "select max(asked_at) from evacuations where state = 'requested'"
STATE = 'select state from recoveries'


class KilledTest(base.EndToEndTest):
    def kill_at_random(self, times, low, high, what):
        """Kill and restart the daemon so often, so many seconds apart."""
        for _ in range(times):
            pause = shared.dice().uniform(low, high)
            time.sleep(pause)
            self.daemon.kill_and_restart(f'{what} after {pause:.2f} s')

    def assert_same_end(self, *hosts):
        for host in hosts:
            self.wait_for(host, 'evacuated')
        self.assert_one_recovery(*hosts)

    def tell_asked_again(self):
        (recovery,) = self.daemon.recoveries('compute1')
        never = self.daemon.events(recovery, 'evacuation_never_accepted')
        self.say(f'{len(never)} requests were killed before they were sent')


class FencingTest(KilledTest):
    def test_fencing(self):
        """The BMC hangs; the agent waits for the daemon's next life."""
        self.boot('compute1', 2)
        self.crash('compute1')
        with self.world.frozen(self.lab.hosts['compute1'].bmc.pid()):
            # It must outlast three starts of the daemon.
            call = self.agent.call('off', 'compute1', timeout=150)
            self.wait_for('compute1', 'fencing')
            self.kill_at_random(3, 0.1, 1.0, 'fencing')
            self.assertFalse(call.done())
        self.assert_fenced('compute1', call.wait(170))
        self.assert_same_end('compute1')

    def test_fencing_with_nobody_waiting(self):
        """Agent and daemon are lost together; the daemon goes on alone."""
        self.boot('compute1', 2)
        self.crash('compute1')
        with self.world.frozen(self.lab.hosts['compute1'].bmc.pid()):
            call = self.agent.call('off', 'compute1')
            self.wait_for('compute1', 'fencing')
            call.kill()
            self.daemon.kill_and_restart('fencing, the agent gone as well')
        self.fenced.add('compute1')
        self.assert_same_end('compute1')


class ForcingDownTest(KilledTest):
    def test_forcing_down(self):
        self.boot('compute1', 2)
        self.crash('compute1')
        with self.world.without(self.lab.nova_api):
            self.fence('compute1')
            self.wait_for('compute1', 'forcing_down')
            self.kill_at_random(3, 0.1, 1.0, 'forcing_down')
        self.assert_same_end('compute1')


class EvacuatingTest(KilledTest):
    options: ClassVar = {'evacuation': {'settle': 5}}

    def test_evacuating_at_random(self):
        """Several under way each time."""
        self.boot('compute1', 6, stopped=1)
        self.world.slow('compute2', 'compute3', 'compute4', seconds=1.5)
        self.crash('compute1')
        self.fence('compute1')
        self.wait_for('compute1', 'evacuating')
        self.kill_at_random(4, 0.0, 1.5, 'evacuating')
        self.assert_same_end('compute1')
        self.tell_asked_again()


class WrittenTest(KilledTest):
    """A request is on record without an answer for some 0.3 s only.

    So the watch begins before the first one, and the window makes two rounds
    of them: who is late for one catches the other.
    """

    options: ClassVar = {'evacuation': {'settle': 5, 'window': 2}}

    _written = None

    def test_evacuating_once_written(self):
        """Killed the moment a request is written down, sent or not."""
        call = self.begin()
        for number in (1, 2):
            if self.freeze_once_written():
                self.daemon.kill_and_restart(
                    f'a request written, no. {number}'
                )
        self.assertTrue(self.daemon.kills)
        self.assert_fenced('compute1', call.wait())
        self.assert_same_end('compute1')
        self.tell_asked_again()

    def test_evacuating_while_nova_hangs(self):
        """Nova has the requests but has not begun with them.

        It takes longer than the daemon waits for the records of requests
        without an answer; asking again would destroy the instances.
        """
        nova = self.lab.nova_api.pid()
        call = self.begin()
        self.assertTrue(self.freeze_once_written())
        with self.world.frozen(nova):
            self.daemon.thaw()
            time.sleep(1.0)  # the requests are on their way, unanswered
            self.daemon.kill_and_restart('requests sent, nova hangs')
            time.sleep(6.5)  # longer than settle
        self.assert_fenced('compute1', call.wait())
        self.assert_same_end('compute1')
        self.tell_asked_again()

    def begin(self):
        """Have a host with four instances fenced; the agent under way."""
        self.boot('compute1', 4)
        self.world.slow('compute2', 'compute3', 'compute4', seconds=1.5)
        self.crash('compute1')
        return self.agent.call('off', 'compute1')

    def freeze_once_written(self):
        """Stop the daemon right after it has written requests down.

        :return: whether that happened before all was over.
        """
        store = self.daemon.raw_store()
        before, self._written = self._written, None
        end = time.monotonic() + 60
        while not self._written and time.monotonic() < end:
            (written,) = store.execute(WRITTEN).fetchone()
            if written and written != before:
                self.daemon.freeze()
                self._written = written
            elif ('evacuated',) in store.execute(STATE).fetchall():
                break
        store.close()
        return bool(self._written)


class TerminatedTest(KilledTest):
    def test_terminated(self):
        """SIGTERM in the middle drains; the next life goes on."""
        others = ('compute2', 'compute3', 'compute4')
        self.boot('compute1', 6)
        self.world.hold(*others)  # or all may be over before the signal
        self.crash('compute1')
        self.fence('compute1')
        self.wait_until(lambda: len(self.world.records()) >= 2, 60, 'records')
        seconds = self.daemon.terminate()
        log = self.daemon.log()
        self.assertIn('Stopped', log)
        self.assertNotIn('cut off', log)
        (recovery,) = self.daemon.recoveries('compute1')
        self.assertEqual('evacuating', recovery.state.value)
        self.assertIsNone(recovery.owner, 'the lease was not given up')
        self.say(f'drained in {seconds:.2f} s')
        self.world.let_go(*others)
        self.daemon.start()
        self.assert_same_end('compute1')
