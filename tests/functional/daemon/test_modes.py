# SPDX-License-Identifier: Apache-2.0
"""Modes with the real daemon, the real commands and a real BMC."""

import json
import signal
import subprocess

from nova_ha.pacemaker import client
from tests.functional.daemon import base
from tests.functional.daemon.process import PROGRAMS
from tests.functional.daemon.process import wait_until

NOBODY_THERE = 'mysql+pymysql://nova_ha:secret@127.0.0.1:1/nova_ha'


class ModeTest(base.DaemonTest):
    def setUp(self):
        super().setUp()
        self.fencer.make_store()

    def set_mode(self, mode, reason='a drill'):
        return self.manage('mode', 'set', mode, '--reason', reason)

    def manage(self, *arguments):
        done = self.fencer.manage(*arguments)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def agent(self, action='off'):
        """As Pacemaker calls it."""
        return subprocess.run(
            [PROGRAMS / 'fence_nova_ha'],
            input=f'action={action}\nport=compute1\n'
            f'socket={self.fencer.socket}\ntimeout=10\n',
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def test_observe_does_nothing_and_says_so(self):
        self.fencer.start()
        out = self.set_mode('observe', 'first week')
        self.assertIn('The mode is observe: nothing is done', out)
        with self.assertRaises(client.Refused) as caught:
            self.fencer.fence('compute1')
        self.assertEqual('mode.observe', caught.exception.code)
        self.assertFalse(caught.exception.retriable)
        for word in ('compute1 is not fenced', 'observe', 'first week'):
            self.assertIn(word, str(caught.exception))
        self.assertEqual('on', self.power())
        self.assertIsNone(self.newest())
        wait_until(
            lambda: 'compute1' in self.manage('rehearsal', 'list'),
            'rehearsal',
        )
        out = self.manage('rehearsal', 'show', 'compute1')
        self.assertIn('powered off by ipmi', out)
        self.assertIn('Mode: observe since', out)

    def test_the_fence_agent_fails_with_a_clear_line(self):
        self.fencer.start()
        self.set_mode('observe')
        for action in ('off', 'reboot', 'on'):
            done = self.agent(action)
            self.assertEqual(1, done.returncode, done.stdout)
            [line] = done.stderr.splitlines()
            self.assertIn('observe', line)
        self.assertEqual('on', self.power())
        self.assertEqual(0, self.agent('monitor').returncode)
        health = self.fencer.ask('GET', '/v1/health')
        self.assertIn('mode observe', ' '.join(health['notes']))

    def test_armed_again(self):
        self.fencer.start()
        self.set_mode('observe')
        self.set_mode('armed', 'the week is over')
        answer = self.fencer.fence('compute1')
        self.assertEqual('armed', answer['mode'])
        self.assertEqual('off', self.power())

    def test_paused_fences(self):
        self.fencer.start()
        self.set_mode('paused')
        answer = self.fencer.fence('compute1')
        self.assertEqual('paused', answer['mode'])
        self.assertEqual('off', self.power())
        out = self.manage('recovery', 'list')
        self.assertIn('Mode: paused since', out)
        self.assertIn('a drill', out)

    def test_set_while_no_fencer_runs(self):
        self.assertIn('written to the store', self.set_mode('observe'))
        self.fencer.start()
        self.assertIn('The mode is observe', self.fencer.log())
        with self.assertRaises(client.Refused):
            self.fencer.fence('compute1')
        self.assertEqual('on', self.power())

    def test_it_survives_kill_9_and_the_store_being_away(self):
        self.fencer.start()
        self.set_mode('observe')
        self.fencer.kill()
        self.fencer.configure({'database': {'connection': NOBODY_THERE}})
        self.fencer.start()
        with self.assertRaises(client.Refused) as caught:
            self.fencer.fence('compute1')
        self.assertEqual('mode.observe', caught.exception.code)
        self.assertEqual('on', self.power())

    def test_another_controller_hears_of_it(self):
        connection = f'sqlite:///{self.directory}/shared.sqlite'
        hosts = {'compute2': self.make_bmc('compute2')}
        first, second = (
            self.make_fencer(
                f'ctl{n}', hosts, database={'connection': connection}
            )
            for n in (1, 2)
        )
        first.make_store()
        first.start()
        second.start()
        first.manage('mode', 'set', 'observe', '--reason', 'a drill')

        def heard():
            return second.ask('GET', '/v1/mode')['mode']['mode'] == 'observe'

        wait_until(heard, 'the other controller to hear of it', 5)
        with self.assertRaises(client.Refused):
            second.fence('compute2')

    def test_show(self):
        self.assertIn('armed', self.manage('mode', 'show'))
        for mode in ('paused', 'observe'):
            self.set_mode(mode, f'why {mode}')
        out = self.manage('mode', 'show')
        self.assertIn('why observe', out)
        self.assertIn('why paused', out)
        shown = json.loads(self.manage('mode', 'show', '-f', 'json'))
        self.assertEqual('observe', shown['mode']['mode'])
        self.assertEqual(2, len(shown['changes']))

    def test_a_reason_is_needed(self):
        for arguments in ((), ('--reason', ' ')):
            done = self.fencer.manage('mode', 'set', 'observe', *arguments)
            self.assertNotEqual(0, done.returncode)
            self.assertIn('--reason', done.stderr)

    def test_options_change_at_sighup(self):
        self.fencer.start()
        self.fencer.configure({'guards': {'storm_percent': 150}})
        self.fencer.signal(signal.SIGHUP)
        wait_until(
            lambda: 'Not reloaded' in self.fencer.log(), 'word of the mistake'
        )
        self.assertIn('storm_percent', self.fencer.log())
        self.fencer.configure({'guards': {'storm_percent': 80}})
        self.fencer.signal(signal.SIGHUP)
        wait_until(lambda: 'Reloaded' in self.fencer.log(), 'the reload')
