# SPDX-License-Identifier: Apache-2.0
"""Every option says what it is, in what unit, and what comes of it."""

import re
import unittest

from oslo_config import cfg
from oslo_config import types

from nova_ha import conf as options

SECONDS_OR_SHARE = re.compile(r'\b(seconds|percentage)\b', re.IGNORECASE)
COUNTED = re.compile(
    r'\b(how many|how often|so often|hosts|evacuations|rows|images)\b',
    re.IGNORECASE,
)
SHORTEST = 60
"""Characters: what it is, and what comes of it, take as many at least."""


def ours():
    """Yield (group, option), without those that keystoneauth brings."""
    for module in options.MODULES:
        for option in getattr(module, 'OPTS', ()):
            yield getattr(module, 'GROUP', 'DEFAULT'), option


def complaints(option):
    """Yield what is wrong with how an option is described."""
    yield from _of_help(option.help or '')
    if isinstance(option.type, types.Integer | types.Float):
        yield from _of_number(option)
    for choice, about in (getattr(option.type, 'choices', None) or {}).items():
        if not about:
            yield f'the choice {choice} is not explained'


def _of_help(text):
    if not text:
        yield 'no help'
        return
    if not re.match(r'[A-Z0-9]', text):
        yield 'the help does not begin like a sentence'
    if not text.endswith('.'):
        yield 'the help does not end with a full stop'
    if '  ' in text or '\n' in text:
        yield 'the help has blanks that are not one'
    if len(text) < SHORTEST:
        yield 'the help is too short to tell what comes of it'


def _of_number(option):
    if isinstance(option, cfg.PortOpt):
        return
    # That the default is between them is seen to by oslo.config.
    if option.type.min is None or option.type.max is None:
        yield 'no min or no max'
    is_float = isinstance(option.type, types.Float)
    unit = SECONDS_OR_SHARE if is_float else COUNTED
    if not unit.search(option.help or ''):
        yield 'the help names no unit'


class DescriptionTest(unittest.TestCase):
    def test_every_option_is_described(self):
        seen = 0
        for group, option in ours():
            seen += 1
            with self.subTest(f'[{group}] {option.name}'):
                self.assertEqual([], list(complaints(option)))
        self.assertGreater(seen, 50)

    def test_every_module_says_what_it_registers(self):
        """Else the sample file lacks what the program reads."""
        for module in options.MODULES:
            with self.subTest(module.__name__):
                conf = cfg.ConfigOpts()
                module.register_opts(conf)
                listed = {
                    option.dest
                    for _, found in module.list_opts()
                    for option in found
                }
                for option in getattr(module, 'OPTS', ()):
                    self.assertIn(option.dest, listed)


class ComplaintsCanBeMadeTest(unittest.TestCase):
    GOOD = (
        'Seconds between two looks at the world. What has changed meanwhile '
        'is seen that late.'
    )

    def assert_complaint(self, part, option):
        self.assertIn(part, '; '.join(complaints(option)))

    def test_nothing_to_say(self):
        good = cfg.FloatOpt('x', default=1, min=0, max=2, help=self.GOOD)
        self.assertEqual([], list(complaints(good)))

    def test_help(self):
        self.assert_complaint('no help', cfg.StrOpt('x'))
        for part, text in (
            ('begin like', self.GOOD.lower()),
            ('full stop', self.GOOD[:-1]),
            ('blanks', self.GOOD.replace(' ', '  ')),
            ('too short', 'Name.'),
        ):
            self.assert_complaint(part, cfg.StrOpt('x', help=text))

    def test_numbers(self):
        for part, given in (
            ('no min', {'min': 1}),
            ('no min', {'max': 1}),
            ('no unit', {'min': 1, 'max': 2}),
        ):
            option = cfg.IntOpt('x', help='A' * SHORTEST + '.', **given)
            self.assert_complaint(part, option)

    def test_choices(self):
        option = cfg.StrOpt('x', choices=['a'], help=self.GOOD)
        self.assert_complaint('choice a', option)
