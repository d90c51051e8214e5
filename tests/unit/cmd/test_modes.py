# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage mode and rehearsal, and the mode above other output."""

import json

from nova_ha.recovery.modes import Mode
from nova_ha.recovery.modes import Standing
from tests.unit.cmd.test_manage import ManageTest
from tests.unit.db.guards_suite import new_rehearsal


class ModeTest(ManageTest):
    def setUp(self):
        super().setUp()
        self.configure(
            f'[DEFAULT]\nstate_path = {self.directory}\n'
            f'[fencer]\nsocket = {self.directory}/none.sock\n'
        )

    def set_mode(self, mode, reason='a drill'):
        return self.assert_done('mode', 'set', mode, '--reason', reason)

    def test_armed_by_default(self):
        self.assertIn('armed', self.assert_done('mode', 'show'))
        self.assertIn('Mode: armed\n', self.assert_done('recovery', 'list'))

    def test_set_and_shown_everywhere(self):
        opened = self.open('compute-1')
        out = self.set_mode('paused')
        self.assertIn('does not run here: written to the store', out)
        self.assertIn('1 recoveries (compute-1) ask nova for no', out)
        for command in (
            ('mode', 'show'),
            ('recovery', 'list'),
            ('recovery', 'show', opened.uuid),
            ('rehearsal', 'list'),
        ):
            out = self.assert_done(*command)
            self.assertIn('paused', out)
            self.assertIn('a drill', out)
        shown = json.loads(
            self.assert_done('recovery', 'show', opened.uuid, '-f', 'json')
        )
        self.assertEqual('paused', shown['mode']['mode'])

    def test_the_changes(self):
        for mode in ('observe', 'paused', 'armed'):
            self.set_mode(mode, f'why {mode}')
        shown = json.loads(self.assert_done('mode', 'show', '-f', 'json'))
        self.assertEqual('why armed', shown['mode']['reason'])
        self.assertEqual(
            ['armed', 'paused', 'observe'],
            [change['mode'] for change in shown['changes']],
        )
        self.assertIn('why observe', self.assert_done('mode', 'show'))

    def test_bad_words(self):
        for arguments in (
            ['mode', 'set', 'off', '--reason', 'x'],
            ['mode', 'set', 'observe'],
            ['mode'],
            ['rehearsal', 'show'],
        ):
            self.assertEqual(2, self.run_command(*arguments)[0])
        line = self.assert_failed('mode', 'set', 'paused', '--reason', ' ')
        self.assertIn('--reason must say why', line)

    def test_rehearsals(self):
        self.store.set_mode(Standing(Mode.OBSERVE, by='root', reason='x'))
        made = new_rehearsal('compute-1', summary='would be powered off')
        self.store.rehearse(made)
        self.store.rehearse(new_rehearsal('compute-2', instances=0))
        out = self.assert_done('rehearsal', 'list')
        self.assertIn('compute-2', out)
        out = self.assert_done('rehearsal', 'list', '--host', 'compute-1')
        self.assertNotIn('compute-2', out)
        for wanted in ('compute-1', made.uuid):
            out = self.assert_done('rehearsal', 'show', wanted)
            self.assertIn('would be powered off', out)
            self.assertIn('Instances: 2', out)
            self.assertIn(' left ', out)
        shown = json.loads(
            self.assert_done('rehearsal', 'show', 'compute-1', '-f', 'json')
        )
        self.assertEqual(2, len(shown['instances']))
        self.assertIn(
            'compute-9', self.assert_failed('rehearsal', 'show', 'compute-9')
        )
