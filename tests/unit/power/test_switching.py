# SPDX-License-Identifier: Apache-2.0
import time

import testtools

from nova_ha.power import switching
from nova_ha.power.switching import Failure

SILENT = Failure('silent', 'no answer')


class Scripted:
    """Reads as it is told; the last one repeats."""

    privilege = 'operator'

    def __init__(self, *reads, off=None, waits=0):
        self._reads = list(reads)
        self._off = off
        self._waits = waits
        self.log = []

    def is_on(self):
        read = self._reads.pop(0) if len(self._reads) > 1 else self._reads[0]
        self.log.append('read')
        if isinstance(read, Exception):
            while time.monotonic() < self.end and self._waits:
                pass
            raise read
        return read

    def power_down(self):
        self.log.append('off')
        if self._off is not None:
            raise self._off

    def power_up(self):
        self.log.append('on')

    def close(self):
        self.log.append('close')


class SwitchingTest(testtools.TestCase):
    def perform(self, action, bmc, seconds=0.2):
        def login(_parameters, end):
            bmc.end = end
            return bmc

        request = {
            'action': action,
            'login': {'password': 'hush'},
            'seconds': seconds,
            'poll_interval': 0.02,
        }
        return switching.perform(login, request)

    def failure(self, bmc, **arguments):
        return self.perform('off', bmc, **arguments)['failure']

    def test_already_off_sends_nothing(self):
        bmc = Scripted(False)
        result = self.perform('off', bmc)
        self.assertEqual((False, False), (result['on'], result['was_running']))
        self.assertEqual(['read', 'close'], bmc.log)

    def test_off_counts_when_it_is_read_twice(self):
        bmc = Scripted(True, False, True, False, False)
        result = self.perform('off', bmc, seconds=60)
        self.assertEqual((False, True), (result['on'], result['was_running']))
        self.assertGreaterEqual(result['age'], 0)
        self.assertEqual(['read', 'off', *['read'] * 4, 'close'], bmc.log)

    def test_a_host_that_stays_on(self):
        self.assertEqual('stuck', self.failure(Scripted(True)))

    def test_a_refusal_counts_unless_off_is_read(self):
        refusal = Failure('device', 'busy')
        self.assertEqual('device', self.failure(Scripted(True, off=refusal)))
        bmc = Scripted(True, False, off=refusal)
        self.assertIs(False, self.perform('off', bmc)['on'])

    def test_silence_at_the_command_is_silence(self):
        self.assertEqual('silent', self.failure(Scripted(True, off=SILENT)))

    def test_a_read_without_time_does_not_hide_what_was_seen(self):
        bmc = Scripted(True, True, SILENT, waits=1)
        self.assertEqual('stuck', self.failure(bmc))

    def test_a_read_that_fails_with_time_left_is_silence(self):
        bmc = Scripted(True, True, SILENT)
        self.assertEqual('silent', self.failure(bmc, seconds=60))

    def test_silence_with_nothing_seen_since_is_silence(self):
        bmc = Scripted(True, SILENT, waits=1)
        self.assertEqual('silent', self.failure(bmc))

    def test_what_surprises_is_told_without_the_password(self):
        result = self.perform('off', Scripted(KeyError('hush')))
        self.assertEqual('device', result['failure'])
        self.assertEqual("not understood (KeyError: '***')", result['text'])

    def test_on(self):
        bmc = Scripted(False, True)
        self.assertIs(True, self.perform('on', bmc)['on'])
        self.assertIn('on', bmc.log)
        bmc = Scripted(True)
        self.assertIs(True, self.perform('on', bmc)['on'])
        self.assertNotIn('on', bmc.log)
