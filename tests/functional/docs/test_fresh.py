# SPDX-License-Identifier: Apache-2.0
"""What types the guides' commands (tests/fresh), but for the machines."""

import subprocess
import unittest

from tests.fresh import pages
from tests.fresh import terminal
from tests.lab.errors import LabError

#: As createuser does: what was typed before is thrown away.
ASKS = """
import getpass
one, two = getpass.getpass('New: '), getpass.getpass('Again: ')
raise SystemExit(one != two or one != 'secret')
"""


class TerminalTest(unittest.TestCase):
    def test_answers_when_it_is_asked(self):
        done = terminal.run(['python3', '-c', ASKS], 'secret\nsecret\n', 20)
        self.assertEqual(0, done.returncode, done.stdout)
        self.assertIn('Again: ', done.stdout)

    def test_the_exit_code_is_the_command_s(self):
        done = terminal.run(['sh', '-c', 'exit 7'], '\n', 20)
        self.assertEqual(7, done.returncode)

    def test_who_asks_too_much_is_not_waited_for(self):
        with self.assertRaises(subprocess.TimeoutExpired):
            terminal.run(['cat'], '', 0.1)


class PagesTest(unittest.TestCase):
    def test_what_is_typed_beside_commands(self):
        self.assertRegex(
            pages.sql('install/database'), r'CREATE DATABASE.*\n.*\n'
        )
        conf = pages.block('install/configure', 'the same on every controller')
        self.assertRegex(conf, r'\A\[DEFAULT\]\nstate_path')
        drop_in = pages.block('install/packages', '``systemctl edit`` opens')
        self.assertRegex(drop_in, r'\A\[Service\]\nExecStart=\n')

    def test_words_that_are_gone(self):
        with self.assertRaisesRegex(LabError, 'no block after "no such"'):
            pages.block('install/verify', 'no such')
