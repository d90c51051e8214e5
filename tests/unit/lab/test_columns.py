# SPDX-License-Identifier: Apache-2.0

import testtools

from tests.lab.columns import columns


class ColumnsTest(testtools.TestCase):
    def test_numbers_to_the_right_words_to_the_left(self):
        self.assertEqual(
            [
                '  NAME  COUNT',
                '  a         1',
                '  bcd      20',
            ],
            columns(('NAME', 'COUNT'), [('a', '1'), ('bcd', '20')], '  '),
        )

    def test_a_dash_stands_for_a_number(self):
        self.assertEqual(
            ['SECONDS', '   1.50', '      -'],
            columns(('SECONDS',), [('1.50',), ('-',)]),
        )

    def test_a_table_without_rows_has_its_head(self):
        self.assertEqual(['A  B'], columns(('A', 'B'), []))
