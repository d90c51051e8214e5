# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage, where it talks to the daemon."""

import contextlib
import io
import sys

from nova_ha.cmd import manage
from nova_ha.recovery import errors
from tests.functional.api import base


class Terminal(io.StringIO):
    def isatty(self):
        return True


class CommandTest(base.ApiTestCase):
    def setUp(self):
        super().setUp()
        self.config = self.directory / 'nova-ha.conf'
        self.config.write_text(f'[fencer]\nsocket = {self.path}\n')

    def manage(self, *arguments):
        """Run a command as its process would."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = manage.main(['--config-file', str(self.config), *arguments])
        return code, out.getvalue(), err.getvalue()

    def test_fence(self):
        self.start()
        code, out, err = self.manage(
            'fence', 'cmp1', '--timeout', '9', '--reason', 'fire'
        )
        self.assertEqual('', err)
        self.assertEqual(0, code)
        self.assertIn('cmp1 is off. Recovery 1111', out)
        (asked,) = self.engine.fences
        self.assertEqual('operator', asked.origin)
        self.assertIn('fire', asked.reason)
        self.assertLessEqual(asked.seconds, 9)

    def test_failures_are_one_line(self):
        code, _, err = self.manage('fence', 'cmp1')
        self.assertEqual(1, code)
        self.assertIn('start nova-ha-fencer', err)
        self.start()
        self.engine.fail('fence', errors.PowerAuthError('wrong password'))
        code, _, err = self.manage('fence', 'cmp1')
        self.assertEqual(1, code)
        # The daemon of this test logs to the same stderr.
        self.assertEqual(
            'nova-ha-manage: wrong password', err.splitlines()[-1]
        )

    def test_verbs_by_host_and_by_uuid(self):
        self.start()
        for verb in ('retry', 'confirm-off', 'release', 'cancel'):
            for wanted in ('compute-1', base.scripted.UUID):
                with self.subTest(verb=verb, wanted=wanted):
                    code, out, err = self.manage('recovery', verb, wanted)
                    self.assertEqual((0, ''), (code, err))
                    self.assertIn('of compute-1 is', out)
                    self.assertEqual(
                        [(verb, base.scripted.UUID, base.ME)],
                        self.engine.done,
                    )
                    self.engine.done.clear()

    def test_confirm_off_asks_a_person_at_a_terminal(self):
        self.start()
        self.addCleanup(setattr, sys, 'stdin', sys.stdin)
        for typed, options, expected in (
            ('no\n', [], 1),
            ('', [], 1),
            ('yes\n', [], 0),
            ('', ['--yes'], 0),
        ):
            with self.subTest(typed=typed, options=options):
                sys.stdin = Terminal(typed)
                code, _, err = self.manage(
                    'recovery', 'confirm-off', 'compute-1', *options
                )
                self.assertEqual(expected, code)
                self.assertEqual(bool(code), 'nothing was done' in err)
                self.assertEqual(1 - code, len(self.engine.done))
                self.engine.done.clear()

    def test_create(self):
        self.start()
        self.addCleanup(setattr, sys, 'stdin', sys.stdin)
        for off, typed, options, expected in (
            ('driver', '', [], 0),
            ('confirmed', 'no\n', [], 1),
            ('confirmed', 'yes\n', [], 0),
            ('confirmed', '', ['--yes'], 0),
        ):
            with self.subTest(off=off, typed=typed, options=options):
                sys.stdin = Terminal(typed)
                code, out, err = self.manage(
                    *('recovery', 'create', 'cmp1', '--off', off),
                    *('--reason', 'smoke', *options),
                )
                self.assertEqual(expected, code, err)
                done = [(f'create-{off}', 'compute-1', base.ME)]
                self.assertEqual([] if expected else done, self.engine.done)
                if not expected:
                    self.assertIn('of compute-1 is fencing', out)
                self.engine.done.clear()

    def test_create_is_refused_in_a_line(self):
        self.start()
        self.engine.fail('create', errors.HostAlive('its BMC says on'))
        arguments = ('recovery', 'create', 'cmp1', '--off', 'driver')
        code, _, err = self.manage(*arguments, '--reason', 'x')
        self.assertEqual(1, code)
        self.assertEqual(
            'nova-ha-manage: its BMC says on', err.splitlines()[-1]
        )
        code, _, err = self.manage(*arguments, '--reason', ' ')
        self.assertEqual(1, code)
        self.assertIn('--reason must say why', err)

    def test_a_host_without_a_recovery(self):
        self.start()
        code, _, err = self.manage('recovery', 'retry', 'compute-2')
        self.assertEqual(1, code)
        self.assertIn('compute-2 has no active recovery', err)

    def test_not_allowed_in_this_state(self):
        self.start()
        self.engine.fail(
            'release', errors.IllegalTransition('fence_failed', 'released')
        )
        code, _, err = self.manage('recovery', 'release', 'compute-1')
        self.assertEqual(1, code)
        self.assertIn('cannot happen in state fence_failed', err)
