# SPDX-License-Identifier: Apache-2.0
"""What a terminal has shown, beside the page."""

import pathlib
import re
import tempfile
import unittest

from tests.lab.config import PROJECT
from tests.lab.walkthrough import pages
from tests.lab.walkthrough import transcript

LONG = (
    "openstack ha recovery create compute1 --off driver --reason 'the disk "
    "controller is broken' --wait"
)


class TranscriptTest(unittest.TestCase):
    def test_command_and_what_it_prints(self):
        self.assertEqual(
            '$ ls\none\n\ntwo\n', transcript.told('ls', '\none   \n\ntwo\n\n')
        )

    def test_long_lines_go_on(self):
        told = transcript.told(LONG, 'done')
        self.assertGreater(told.count(' \\\n> '), 0)
        self.assertLess(max(map(len, told.splitlines())), 79)

    def test_commands_are_found_again(self):
        text = transcript.told('ls -l', '$1 is no command') + transcript.told(
            LONG, 'x'
        )
        self.assertEqual(['ls -l', LONG], transcript.commands(text))

    def test_written(self):
        with tempfile.TemporaryDirectory() as name:
            path = transcript.written(
                pathlib.Path(name) / 'new', 'one', [('a', 'x'), ('b', 'y')]
            )
            self.assertEqual('$ a\nx\n\n$ b\ny\n', path.read_text())


class DocumentedTest(unittest.TestCase):
    """Those that are kept."""

    def setUp(self):
        super().setUp()
        self.shown = pages.transcripts()

    def test_the_page_shows_some(self):
        self.assertGreater(len(self.shown), 8)

    def test_each_that_is_shown_is_there_and_no_other(self):
        there = sorted(path.stem for path in pages.TRANSCRIPTS.glob('*.txt'))
        self.assertEqual(there, sorted(self.shown))

    def test_their_commands_are_those_of_the_page(self):
        lines = pages.lines(pages.USER_PAGE)
        for name in self.shown:
            text = (pages.TRANSCRIPTS / f'{name}.txt').read_text()
            found = transcript.commands(text)
            with self.subTest(name):
                self.assertNotEqual([], found)
                self.assertEqual([], [c for c in found if c not in lines])

    def test_they_stand_behind_their_commands(self):
        page = re.sub(r' *\\\n *', ' ', pages.text(pages.USER_PAGE))
        for name in self.shown:
            text = (pages.TRANSCRIPTS / f'{name}.txt').read_text()
            before, _, _ = page.partition(f'transcripts/{name}.txt')
            for command in transcript.commands(text):
                with self.subTest(name, command=command):
                    self.assertIn(f'    {command}\n', before)

    def test_nothing_of_the_machine_they_were_made_on(self):
        for name in self.shown:
            text = (pages.TRANSCRIPTS / f'{name}.txt').read_text()
            with self.subTest(name):
                self.assertNotIn(str(PROJECT), text)
                self.assertNotRegex(text, r'/(work|root|home|tmp|run)/')
