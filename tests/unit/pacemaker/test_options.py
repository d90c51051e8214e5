# SPDX-License-Identifier: Apache-2.0
"""Options by stdin and by argv: one table, the same result."""

import unittest

import hypothesis
from hypothesis import strategies as st

from nova_ha.pacemaker import options


class FromStdinTest(unittest.TestCase):
    def test_what_pacemaker_sends(self):
        """The forms seen from Pacemaker 2.1.5, lines in any order."""
        for text, action, target in (
            (
                'nodename=cmp1\nmarker=hello\naction=off\nport=one\n',
                'off',
                'one',
            ),
            ('port=two\naction=reboot\nnodename=cmp2\n', 'reboot', 'two'),
            (
                'nodename=cmp1\nmarker=unf\naction=on\nport=cmp1\n',
                'on',
                'cmp1',
            ),
            ('marker=hello\naction=monitor\n', 'monitor', ''),
            ('marker=hello\naction=list\n', 'list', ''),
            ('action=metadata\n', 'metadata', ''),
            (
                'nodename=node1\naction=validate-all\nport=node1\nplug=one\n',
                'validate-all',
                'one',
            ),
        ):
            with self.subTest(text):
                found = options.from_stdin(text)
                self.assertEqual(action, found.action)
                self.assertEqual(target, found.target)

    def test_the_node_is_the_target_where_no_plug_is_given(self):
        found = options.from_stdin('action=off\nnodename=cmp1\n')
        self.assertEqual('cmp1', found.target)

    def test_comments_blank_lines_spaces_and_strangers_do_no_harm(self):
        found = options.from_stdin(
            '# action=on\n\n  action = off \r\nno equals sign\n=\n'
            'passwd=secret\npcmk_host_map=a:b\ndebug-file=/tmp/x\n'
        )
        self.assertEqual('off', found.action)
        self.assertEqual('/tmp/x', found.debug_file)

    def test_defaults(self):
        found = options.from_stdin('')
        self.assertEqual('reboot', found.action)
        self.assertEqual('/run/nova-ha/fencer.sock', found.socket)
        self.assertEqual(55.0, found.timeout)
        self.assertFalse(found.verbose)

    def test_flags(self):
        for value, expected in (
            ('1', True),
            ('yes', True),
            ('true', True),
            ('', False),
            ('0', False),
            ('no', False),
            ('False', False),
        ):
            with self.subTest(value):
                found = options.from_stdin(f'verbose={value}')
                self.assertEqual(expected, found.verbose)

    def test_what_cannot_be_used_is_named(self):
        for text, complaint in (
            ('action=explode', "unknown action 'explode'"),
            ('timeout=soon', "timeout 'soon' is no number"),
            ('timeout=0', 'not between 0 and 3600'),
            ('timeout=-1', 'not between 0 and 3600'),
            ('timeout=nan', 'not between 0 and 3600'),
            ('timeout=inf', 'not between 0 and 3600'),
            ('socket=here', 'not an absolute path'),
        ):
            with (
                self.subTest(text),
                self.assertRaisesRegex(options.UsageError, complaint),
            ):
                options.from_stdin(text)

    @hypothesis.given(st.text())
    def test_any_text_is_read_or_refused(self, text):
        try:
            found = options.from_stdin(text)
        except options.UsageError:
            return
        self.assertIn(found.action, options.ACTIONS)


class FromArgvTest(unittest.TestCase):
    def test_every_form_of_a_flag(self):
        for arguments in (
            ['-o', 'off', '-n', 'cmp1', '-t', '7'],
            ['-ooff', '-ncmp1', '-t7'],
            ['--action', 'off', '--plug', 'cmp1', '--timeout', '7s'],
            ['--action=off', '--plug=cmp1', '--timeout=7.0'],
        ):
            with self.subTest(arguments):
                found = options.from_argv(arguments)
                self.assertEqual(
                    ('off', 'cmp1', 7.0),
                    (found.action, found.target, found.timeout),
                )

    def test_what_cannot_be_used_is_named(self):
        for arguments, complaint in (
            (['--bogus'], "unknown argument '--bogus'"),
            (['off'], "unknown argument 'off'"),
            ([''], "unknown argument ''"),
            (['-n'], '--plug needs a value'),
            (['--verbose=yes'], '--verbose takes no value'),
        ):
            with (
                self.subTest(arguments),
                self.assertRaisesRegex(options.UsageError, complaint),
            ):
                options.from_argv(arguments)

    @hypothesis.given(
        st.dictionaries(
            st.sampled_from(['plug', 'nodename', 'debug_file']),
            st.text('abc-/=.', min_size=1),
        ),
        st.sampled_from(options.ACTIONS),
        st.booleans(),
    )
    def test_same_as_stdin(self, values, action, verbose):
        flags = {option.key: option.flags[-1] for option in options.OPTIONS}
        values = {**values, 'action': action}
        lines = [f'{key}={value}' for key, value in values.items()]
        arguments = [f'{flags[key]}={value}' for key, value in values.items()]
        if verbose:
            lines.append('verbose=1')
            arguments.append('-v')
        self.assertEqual(
            vars(options.from_stdin('\n'.join(lines))),
            vars(options.from_argv(arguments)),
        )


class TableTest(unittest.TestCase):
    def test_every_row_sets_something_and_nothing_is_left_out(self):
        self.assertEqual(
            set(vars(options.Options())),
            {option.key for option in options.OPTIONS},
        )

    def test_no_flag_and_no_name_is_taken_twice(self):
        names = [name for o in options.OPTIONS for name in o.names]
        flags = [flag for o in options.OPTIONS for flag in o.flags]
        self.assertEqual(len(set(names)), len(names))
        self.assertEqual(len(set(flags)), len(flags))
