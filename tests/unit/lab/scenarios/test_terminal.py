# SPDX-License-Identifier: Apache-2.0
"""What is read off the tables that a client prints."""

import unittest

from tests.lab.scenarios.play import UnmetError
from tests.lab.scenarios.terminal import row

TABLE = """\
+----+--------------+----------+-------+
| ID | Binary       | Host     | State |
+----+--------------+----------+-------+
|  1 | nova-compute | compute1 | down  |
|  2 | nova-compute | compute2 | up    |
+----+--------------+----------+-------+
"""


class RowTest(unittest.TestCase):
    def test_by_a_whole_cell(self):
        self.assertEqual(
            ['2', 'nova-compute', 'compute2', 'up'], row(TABLE, 'compute2')
        )
        self.assertEqual('compute1', row(TABLE, 'nova-compute')[2])

    def test_there_is_none(self):
        with self.assertRaises(UnmetError) as caught:
            row(TABLE, 'compute')
        self.assertIn('compute2', str(caught.exception))
