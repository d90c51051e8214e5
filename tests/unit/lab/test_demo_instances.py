# SPDX-License-Identifier: Apache-2.0

import testtools

from tests.lab.demo import instances
from tests.lab.demo.instances import Kind
from tests.lab.errors import LabError


class PlanTest(testtools.TestCase):
    def kinds(self, count):
        return [each.kind for each in instances.plan(count)]

    def test_twelve_as_the_demonstration_has_them(self):
        planned = instances.plan(12)
        self.assertEqual(12, len(planned))
        self.assertEqual(2, self.kinds(12).count(Kind.STOPPED))
        self.assertEqual(1, self.kinds(12).count(Kind.PAUSED))
        self.assertEqual(1, sum(each.port for each in planned))
        self.assertEqual(1, sum(each.locked for each in planned))

    def test_the_fewest_have_one_of_each_kind(self):
        for count in (instances.FEWEST, 5, 6):
            planned = instances.plan(count)
            self.assertEqual(count, len(planned))
            self.assertEqual(set(Kind), {each.kind for each in planned})
            self.assertTrue(any(each.port for each in planned))

    def test_fewer_are_refused_with_the_reason(self):
        error = self.assertRaises(LabError, instances.plan, 3)
        self.assertIn('--instances must be 4 or more, not 3', str(error))

    def test_names_sort_in_their_order(self):
        names = [each.name for each in instances.plan(12)]
        self.assertEqual(names, sorted(names))
        self.assertEqual(12, len(set(names)))
