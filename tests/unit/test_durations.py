# SPDX-License-Identifier: Apache-2.0
"""What stestr makes of the durations that it is told."""

import itertools
import pathlib

import fixtures
from stestr import scheduler
from stestr.repository import file
import testtools

from tests import durations

PRINTED = """\
{0} tests.unit.test_a.LongTest.test_2 [20.000000s] ... ok
{0} tests.unit.test_a.LongTest.test_1 [10.000000s] ... ok
{1} tests.unit.test_b.ShortTest.test_1 [0.000100s] ... ok
{1} tests.unit.test_c.OtherTest.test_1 [0.100000s] ... FAILED
{1} tests.unit.test_d.LongTest.test_1 [16.000000s] ... ok
{1} tests.unit.test_d.LongTest.test_2 [0.000000s] ... ok
{1} tests.unit.test_e.LongTest.test_1 [15.000000s] ... ok
{1} tests.unit.test_e.LongTest.test_2 [0.000000s] ... ok
"""


class WritingTest(testtools.TestCase):
    def test_written_and_read(self):
        measured = durations.measure(PRINTED.splitlines())
        self.assertEqual(
            {
                'tests.unit.test_a.LongTest.test_1': 30.0,
                'tests.unit.test_d.LongTest.test_1': 16.0,
                'tests.unit.test_e.LongTest.test_1': 15.0,
            },
            durations.read(durations.write(measured)),
        )

    def test_ours_names_each_class_once(self):
        ours = durations.read(durations.FILE.read_text(encoding='utf-8'))
        classes = [name.rpartition('.')[0] for name in ours]
        self.assertEqual(len(classes), len(set(classes)))


class TellTest(testtools.TestCase):
    """A repository of stestr's own."""

    TESTS = (
        'tests.unit.test_a.LongTest.test_1',
        'tests.unit.test_a.LongTest.test_2',
        'tests.unit.test_b.ShortTest.test_1',
        'tests.unit.test_d.LongTest.test_1',
        'tests.unit.test_d.LongTest.test_2',
        'tests.unit.test_e.LongTest.test_1',
        'tests.unit.test_e.LongTest.test_2',
    )

    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)

    def shares(self):
        """Return the modules of the long classes, worker by worker."""
        repository = file.RepositoryFactory().open(str(self.directory))
        shares = scheduler.partition_tests(
            self.TESTS, 2, repository, lambda test: test.rpartition('.')[0]
        )
        self.assertEqual(sorted(self.TESTS), sorted(itertools.chain(*shares)))
        return sorted(
            sorted({test[11:17] for test in share if 'LongTest' in test})
            for share in shares
        )

    def test_workers_get_equal_shares(self):
        durations.tell(self.directory, durations.measure(PRINTED.splitlines()))
        self.assertEqual([['test_a'], ['test_d', 'test_e']], self.shares())

    def test_untold_they_get_a_class_in_turn(self):
        durations.tell(self.directory, {})
        self.assertEqual([['test_a', 'test_d'], ['test_e']], self.shares())

    def test_what_was_measured_stands(self):
        test = self.TESTS[0]
        durations.tell(self.directory, {test: 5})
        durations.tell(self.directory, {test: 9})
        repository = file.RepositoryFactory().open(str(self.directory))
        known = repository.get_test_times(self.TESTS)['known']
        self.assertEqual({test: 5.0}, known)
