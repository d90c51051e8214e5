# SPDX-License-Identifier: Apache-2.0
"""The report on scenarios."""

import json
import pathlib
import tempfile
import unittest

from tests.lab.errors import LabError
from tests.lab.scenarios import catalogue
from tests.lab.scenarios import report
from tests.lab.scenarios.figures import Figures
from tests.lab.scenarios.report import Result


def result(outcome='passed', problem='', guests=(), **figures):
    return Result(
        name='power_loss',
        seed=4,
        title='A host loses its power',
        outcome=outcome,
        problem=problem,
        guests=guests,
        figures=Figures(**figures),
        seconds=45.2,
    )


class TestTable(unittest.TestCase):
    def test_figures(self):
        text = report.table([result(noticed=5.92, decided=6.0, down=6.44)])

        self.assertRegex(
            text.splitlines()[1],
            r'^4 +power_loss +passed +right +5\.9 +- +6\.4 +- +- +0\.4 +45\.2',
        )

    def test_problems_are_told_below(self):
        text = report.table(
            [result('failed', 'not so: all is well', ['guest a is lost'])]
        )

        self.assertIn('WRONG', text.splitlines()[1])
        self.assertEqual(
            [
                'power_loss: not so: all is well',
                'power_loss: guest a is lost',
            ],
            text.splitlines()[2:],
        )


class TestFile(unittest.TestCase):
    def test_what_is_written(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / 'new' / 'report.json'
            report.write(
                path, [result(decided=6.0, down=6.5)], {'controllers': 1}
            )
            content = json.loads(path.read_text())

        (scenario,) = content['scenarios']
        self.assertEqual({'controllers': 1}, content['lab'])
        self.assertEqual(0.5, scenario['decided_to_down'])
        self.assertEqual(6.5, scenario['figures']['down'])


class TestCatalogue(unittest.TestCase):
    def test_every_seed_has_one_scenario(self):
        numbers = [module.SEED for module in catalogue.all_of_them()]

        self.assertEqual(list(range(1, len(numbers) + 1)), numbers)

    def test_by_name_and_by_number(self):
        names = [
            catalogue.name_of(module)
            for module in catalogue.named(['power_loss', '1'])
        ]

        self.assertEqual(['power_loss', 'service_will_not_start'], names)

    def test_unknown_name(self):
        with self.assertRaisesRegex(LabError, 'no scenario 99; .* 4 power_lo'):
            catalogue.named(['99'])
