# SPDX-License-Identifier: Apache-2.0
"""Every documented command is one that there is, and it is said how tested."""

import argparse
import configparser
import contextlib
import functools
import importlib
from importlib import metadata
import io
import itertools
import pathlib
import re
import shlex
import sys
import unittest

import yaml

import nova_ha
from nova_ha.cmd import manage

ROOT = pathlib.Path(nova_ha.__file__).parents[1]
sys.path.insert(0, str(ROOT / 'doc' / 'ext'))

import command_lines  # noqa: E402  what Sphinx uses, without Sphinx

#: Whose commands stand beside ours in the documentation.
OPENSTACK = (
    'openstack.common',
    'openstack.compute.v2',
    'openstack.identity.v3',
    'openstack.image.v2',
)
RULES = yaml.safe_load((ROOT / 'doc' / 'commands.yaml').read_text())
INLINE = re.compile(r'``(nova-ha-manage [^`]+)``')


def words_of(text):
    """Return the command's own words: no pipe, no redirection, no next."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars='|>;&<')
    lexer.whitespace_split = True
    words = []
    for word in lexer:
        if set(word) <= set('|>;&<'):
            break
        words.append(word)
    return words


def rule_of(text):
    return command_lines.rule_of(RULES, text)


def parse(parser, words):
    """Return what is wrong with the words; '' if they are taken."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            parser.parse_args(words)
    except SystemExit as e:
        return said.getvalue() if e.code else ''
    return ''


@functools.cache
def openstack_commands():
    """Return the words of each command of openstack -> where its class is.

    Ours are read from setup.cfg: how old what is installed is does not
    matter.
    """
    found = {
        tuple(point.name.split('_')): (point.module, point.attr)
        for group in OPENSTACK
        for point in metadata.entry_points(group=group)
    }
    setup = configparser.ConfigParser()
    setup.read(ROOT / 'setup.cfg')
    for line in setup['entry_points']['openstack.compute_ha.v1'].split('\n'):
        name, _, place = line.partition(' = ')
        module, _, kind = place.partition(':')
        found[tuple(name.split('_'))] = (module, kind)
    return found


class App:
    """As much of the program as its commands' parsers want."""

    NAME = 'openstack'
    options = argparse.Namespace()
    client_manager = None


def openstack_parser(words):
    """Return the parser of the longest command that fits, and the rest."""
    while words[0].startswith('--'):
        words = words[2:]  # of the program itself, such as --os-system-scope
    for size in range(len(words), 0, -1):
        place = openstack_commands().get(tuple(words[:size]))
        if place is not None:
            kind = getattr(importlib.import_module(place[0]), place[1])
            command = kind(App(), None)
            return command.get_parser(' '.join(words[:size])), words[size:]
    return None, words


class CommandsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.commands = sorted(set(command_lines.commands()))

    def test_there_are_commands(self):
        """So that a blind extractor is noticed."""
        texts = {command.text for command in self.commands}
        self.assertGreater(len(texts), 120)
        self.assertIn('nova-ha-manage capacity', texts)
        self.assertIn("printf 'action=off\\nport=compute1\\n' | fence_nova_ha",
                      texts)  # fmt: skip

    def test_of_each_it_is_said_how_it_is_tested(self):
        without = [c for c in self.commands if rule_of(c.text) is None]
        self.assertEqual([], without)

    def test_no_rule_is_left_over(self):
        used = [rule_of(c.text) for c in self.commands]
        unused = [r['how'] for r in RULES if r not in used]
        self.assertEqual([], unused)

    def test_each_that_types_is_needed(self):
        """A file that types none of its rule's commands names none."""
        for rule in RULES:
            held = {c.text for c in self.commands if rule_of(c.text) is rule}
            for name in rule.get('typed', ()):
                with self.subTest(how=rule['how'], file=name):
                    self.assertTrue(held & command_lines.strings(name))

    def test_the_tests_named_are_there(self):
        for rule in RULES:
            for name in rule.get('tests', ()):
                with self.subTest(how=rule['how'], test=name):
                    text = (ROOT / name).read_text()
                    for word in rule.get('words', ()):
                        self.assertRegex(text, rf'\b{re.escape(word)}\b')

    def test_nova_ha_manage_takes_them(self):
        parser = manage._parser()
        self._all_parse('nova-ha-manage', lambda w: (parser, w[1:]))

    def test_openstack_takes_them(self):
        self._all_parse('openstack', lambda w: openstack_parser(w[1:]))

    def _all_parse(self, program, parser_of):
        for command in self.commands:
            rule = rule_of(command.text)
            if rule is None or rule.get('parsed') != program:
                continue
            with self.subTest(command=command.text, page=command.page):
                words = words_of(command.text)
                parser, rest = parser_of(words)
                self.assertIsNotNone(parser, 'there is no such command')
                self.assertEqual('', parse(parser, rest))

    def test_tox_has_the_environments(self):
        ini = configparser.ConfigParser(interpolation=None)
        ini.read(ROOT / 'tox.ini')
        for command in self.commands:
            for names in re.findall(r'tox (?:-\S+ )*-e (\S+)', command.text):
                for name in names.split(','):
                    with self.subTest(command=command.text):
                        known = name == 'py3' or ini.has_section(
                            f'testenv:{name}'
                        )
                        self.assertTrue(known)

    def test_commands_within_sentences_are_there(self):
        """Their words begin a command; what stands for a name may follow."""
        known = {
            words[:size]
            for words in self._manage_words(manage._parser())
            for size in range(1, len(words) + 1)
        }
        nouns = {words[0] for words in known if len(words) > 1}
        for page in sorted(command_lines.SOURCE.rglob('*.rst')):
            for text in INLINE.findall(page.read_text()):
                words = tuple(text.split()[1:])
                plain = list(
                    itertools.takewhile(
                        lambda w: w.islower() and not w.startswith('-'), words
                    )
                )
                # Its noun; and its verb, where the noun has verbs.
                begun = tuple(plain[: 2 if words[0] in nouns else 1])
                with self.subTest(page=page.name, command=text):
                    self.assertIn(begun, known)

    def _manage_words(self, parser, before=()):
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                for name, sub in action.choices.items():
                    yield (*before, name)
                    yield from self._manage_words(sub, (*before, name))
