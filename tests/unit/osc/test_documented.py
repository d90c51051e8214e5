# SPDX-License-Identifier: Apache-2.0
"""Every ``openstack ha`` in the documentation is run as it is written."""

import pathlib
import re
import shlex

from tests.unit.osc import answers
from tests.unit.osc import pictures
from tests.unit.osc import test_commands

DOCS = pathlib.Path(__file__).parents[3] / 'doc' / 'source'
PAGES = ('user/cli.rst',)

#: What a line of a shell script has around the command.
ELSE = re.compile(r'\s*(\|\||\|).*')


def command_lines(page):
    """Return the commands of the blocks of a page, as in a shell."""
    text = (DOCS / page).read_text(encoding='utf-8')
    lines = re.sub(r'\\\n\s*', '', text).splitlines()
    return [
        ELSE.sub('', line.strip())
        for line in lines
        if line.startswith('    ') and line.strip().startswith('openstack ')
    ]


class DocumentedTest(test_commands.CommandTestCase):
    def setUp(self):
        super().setUp()
        self.cloud.hosts = [answers.host('compute1')]
        self.cloud.recoveries = [answers.recovery(host='compute1')]
        self.cloud.watched = [pictures.MOMENTS['completed'][0]]
        self.cloud.rehearsals = [answers.REHEARSAL | {'host': 'compute1'}]

    def test_each_does_what_it_should(self):
        for page in PAGES:
            lines = command_lines(page)
            self.assertGreater(len(lines), 25)
            for line in lines:
                with self.subTest(line, page=page):
                    self.run_line(line)

    def run_line(self, line):
        _, *words = shlex.split(line)
        name = max(
            (n for n in test_commands.COMMANDS if line[10:].startswith(n)),
            key=len,
        )
        code, _, _ = self.run_command(name, *words[len(name.split()) :])
        self.assertEqual(0, code)
