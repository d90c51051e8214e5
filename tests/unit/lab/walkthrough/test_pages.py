# SPDX-License-Identifier: Apache-2.0
"""What the documentation has the reader type."""

import unittest

from tests.lab.errors import LabError
from tests.lab.walkthrough import install
from tests.lab.walkthrough import pages


class PagesTest(unittest.TestCase):
    def test_lines_are_in_the_order_of_the_page(self):
        lines = pages.lines(pages.USER_PAGE)
        first = lines.index('openstack ha health show')
        self.assertLess(first, lines.index('openstack ha host list'))
        self.assertIn(
            'openstack ha recovery create compute1 --off driver '
            "--reason 'the disk controller is broken' --wait",
            lines,
        )

    def test_blocks_of_configuration(self):
        found = pages.ini('install/configure', '[cluster]')
        self.assertIn('[nova]\nauth_type = password\n', found)
        self.assertNotIn('rules_file`` out', found)
        with self.assertRaisesRegex(LabError, 'no block of ini with'):
            pages.ini('install/configure', '[no such group]')

    def test_statements(self):
        found = pages.statements('install/database').splitlines()
        self.assertEqual('CREATE DATABASE nova_ha CHARACTER SET utf8mb4;',
                         found[0])  # fmt: skip
        self.assertTrue(all(each.endswith(';') for each in found), found)

    def test_facts_are_filled_in_the_longest_first(self):
        facts = {'PASSWORD': 'p', 'u:PASSWORD@db': 'v:q@here'}
        self.assertEqual(
            'v:q@here p', pages.filled('u:PASSWORD@db PASSWORD', facts)
        )
        self.assertEqual('as it is', pages.filled('as it is', {}))

    def test_what_was_not_typed_is_told(self):
        lines = pages.lines('install/verify')
        self.assertEqual(
            lines[2:], pages.left_out('install/verify', lines[:2])
        )
        self.assertEqual([], pages.left_out('install/verify', lines))

    def test_every_excuse_is_needed(self):
        every = [
            line
            for page in (
                'install/debian',
                'install/packages',
                'install/keystone',
                'install/database',
                'install/configure',
                'install/verify',
            )
            for line in pages.lines(page)
        ]
        for excuse in install.NOT_HERE:
            with self.subTest(excuse):
                self.assertTrue(any(each.startswith(excuse) for each in every))
