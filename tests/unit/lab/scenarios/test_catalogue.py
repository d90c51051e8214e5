# SPDX-License-Identifier: Apache-2.0
import collections

import testtools

from tests.lab import config
from tests.lab.errors import LabError
from tests.lab.scenarios import catalogue

DOCUMENTED = config.PROJECT / 'doc' / 'source' / 'contributor' / 'scenarios'


class CatalogueTest(testtools.TestCase):
    def test_numbers_are_used_once(self):
        used = collections.Counter(
            module.SEED for module in catalogue.all_of_them()
        )
        self.assertEqual({1}, set(used.values()), used)

    def test_each_has_a_transcript(self):
        for module in catalogue.all_of_them():
            name = catalogue.name_of(module)
            told = (DOCUMENTED / f'{name}.txt').read_text()
            first = told.partition('\n')[0]
            self.assertEqual(f'{module.SEED}. {module.TITLE}', first)
            self.assertEqual('passed', told.rstrip().rpartition('\n')[2], name)

    def test_by_name_or_number(self):
        one, two = catalogue.named(['storm', '4'])
        self.assertEqual(
            ['storm', 'power_loss'],
            [catalogue.name_of(one), catalogue.name_of(two)],
        )

    def test_how_many_hosts_are_needed(self):
        storm, rack = catalogue.named(['storm', 'rack'])
        self.assertEqual(0, catalogue.computes([storm]))
        self.assertEqual(10, catalogue.computes([storm, rack]))
        self.assertEqual(0, catalogue.computes([]))

    def test_whether_the_api_is_needed(self):
        storm, migration = catalogue.named(['storm', 'migration'])
        self.assertFalse(catalogue.api([storm]))
        self.assertTrue(catalogue.api([storm, migration]))

    def test_unknown(self):
        error = self.assertRaises(LabError, catalogue.named, ['sturm'])
        self.assertIn('20 storm', str(error))
