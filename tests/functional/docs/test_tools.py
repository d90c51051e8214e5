# SPDX-License-Identifier: Apache-2.0
"""Documented commands of the cluster and of systemd, held against the tools.

They need a running cluster, which tests/fresh has: it types them. Here, in
seconds, the tools themselves say which options and subcommands they know.
"""

import functools
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import unittest

import nova_ha

ROOT = pathlib.Path(nova_ha.__file__).parents[1]
sys.path.insert(0, str(ROOT / 'doc' / 'ext'))

import command_lines  # noqa: E402  what Sphinx uses, without Sphinx

#: How each tool says what it knows.
HELP = {
    'attrd_updater': '--help-all',
    'cibadmin': '--help-all',
    'corosync-quorumtool': '-h',
    'crm_attribute': '--help-all',
    'crm_mon': '--help-all',
    'crm_resource': '--help-all',
    'journalctl': '--help',
    'stonith_admin': '--help-all',
    'systemctl': '--help',
}


@functools.cache
def said(*words):
    done = subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
        check=False,
    )
    return done.stdout


def of_program(name):
    """Yield the words of each documented command of a program."""
    for command in sorted(set(command_lines.commands())):
        words = shlex.split(command.text)
        while '=' in words[0]:
            words = words[1:]  # the environment
        if words[0] == name:
            yield command, words[1:]


@unittest.skipIf(
    [p for p in (*HELP, 'pcs') if shutil.which(p) is None],
    'not all of the tools are installed',
)
class ToolsTest(unittest.TestCase):
    def test_options_are_there(self):
        for program, how in HELP.items():
            text = said(program, how)
            for command, words in of_program(program):
                options = [w.split('=')[0] for w in words if w[0] == '-']
                if program == 'journalctl':
                    options = [o for o in options if o.startswith('--')]
                for option in options:
                    with self.subTest(command=command.text):
                        self.assertRegex(
                            text, rf'(^|[\s,\[]){re.escape(option)}\b'
                        )

    def test_there_is_something_to_look_at(self):
        for program in HELP:
            with self.subTest(program=program):
                self.assertTrue(list(of_program(program)))

    def test_verbs_of_systemctl_are_there(self):
        text = said('systemctl', '--help')
        for command, words in of_program('systemctl'):
            verb = next(w for w in words if not w.startswith('-'))
            with self.subTest(command=command.text):
                self.assertRegex(text, rf'(?m)^ +{verb}\b')

    def test_subcommands_of_pcs_are_there(self):
        for command, words in of_program('pcs'):
            # pcs -f FILE works on a copy.
            noun, *rest = words[2:] if words[0] == '-f' else words
            verb = ' '.join(rest[: 2 if rest[:1] == ['level'] else 1])
            with self.subTest(command=command.text):
                text = said('pcs', noun, 'help')
                known = re.search(rf'(?m)^ +\[?{re.escape(verb)}\b', text)
                self.assertTrue(known or noun == 'config')
