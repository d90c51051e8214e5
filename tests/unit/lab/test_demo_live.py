# SPDX-License-Identifier: Apache-2.0

import io

import testtools

from tests.lab.demo import live


def rows(*states):
    return [{'state': state} for state in states]


class Terminal(io.StringIO):
    def isatty(self):
        return True


class LiveTest(testtools.TestCase):
    def test_a_sign_an_instance(self):
        self.assertEqual(
            '.>>+s!?',
            live.signs(
                rows(
                    'pending',
                    'requested',
                    'migrating',
                    'succeeded',
                    'skipped',
                    'failed',
                    'restoring',
                )
            ),
        )

    def test_a_pipe_gets_a_line_a_change(self):
        stream = io.StringIO()
        shown = live.Live(stream)
        shown.show(0.1, 'fencing')
        shown.show(0.3, 'fencing')
        shown.show(0.5, 'evacuating', rows('pending', 'pending'))
        shown.show(0.7, 'evacuating', rows('requested', 'pending'))
        shown.show(0.9, 'evacuating', rows('succeeded', 'pending'))
        shown.close()
        self.assertEqual(
            [
                '   0.1 s  fencing',
                '   0.5 s  evacuating    ..  0/2',
                '   0.9 s  evacuating    +.  1/2',
            ],
            stream.getvalue().splitlines(),
        )

    def test_a_terminal_gets_one_line_a_state(self):
        stream = Terminal()
        shown = live.Live(stream)
        shown.show(0.1, 'fencing')
        shown.show(0.3, 'fencing')
        shown.show(0.5, 'evacuating')
        shown.say('word')
        lines = stream.getvalue().split('\n')
        self.assertEqual(4, len(lines))
        self.assertEqual(2, lines[0].count('fencing'))
        self.assertIn('evacuating', lines[1])
        self.assertEqual(['word', ''], lines[2:])
