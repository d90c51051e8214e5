# SPDX-License-Identifier: Apache-2.0
"""The wheel beside python-masakariclient, in one environment."""

import functools
import unittest

from tests.functional.osc import base
from tests.functional.packaging import base as packaging

OTHER = 'python-masakariclient'

#: What each of the two brings, as an entry point of a group of commands.
CLASHES = """
import collections
from importlib import metadata

owners = collections.defaultdict(set)
for distribution in metadata.distributions():
    for entry in distribution.entry_points:
        if entry.group.startswith('openstack.'):
            owners[entry.group, entry.name].add(distribution.name)
            entry.load()
print([what for what, whose in owners.items() if len(whose) > 1])
"""


@functools.cache
def both():
    """Return an environment with both.

    :raises AssertionError: the other one cannot be fetched.
    """
    return packaging.environment('both', packaging.wheel(), OTHER)


class BesideMasakariTest(unittest.TestCase):
    def setUp(self):
        super().setUp()
        packaging.installed()  # what is wrong with our own is no reason
        try:
            self.programs = both() / 'bin'
        except AssertionError as error:
            self.skipTest(f'{OTHER} cannot be installed here: {error}')

    def openstack(self, *arguments):
        result = base.openstack(
            {}, *arguments, program=self.programs / 'openstack'
        )
        self.assertEqual(0, result.returncode, result)
        return result.stdout

    def test_the_commands_of_both_are_there(self):
        text = self.openstack('--help')
        for name in ('ha recovery watch', 'ha host list'):
            self.assertIn(f'\n  {name} ', text)
        for name in ('segment list', 'segment host list', 'notification list'):
            self.assertIn(f'\n  {name} ', text)
        for option in ('--os-compute-ha-api-version', '--os-ha-api-version'):
            self.assertIn(option, text)

    def test_a_command_of_each(self):
        text = self.openstack('help', 'ha', 'recovery', 'watch')
        self.assertIn('nova-ha plugin', text)
        text = self.openstack('help', 'segment', 'list')
        self.assertIn('usage: openstack segment list', text)

    def test_no_command_has_two_owners(self):
        text = packaging.run(
            self.programs / 'python', '-W', 'ignore', '-c', CLASHES
        )
        self.assertEqual('[]\n', text)
