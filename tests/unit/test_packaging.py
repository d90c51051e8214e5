# SPDX-License-Identifier: Apache-2.0
"""What setup.cfg promises to install is there."""

import configparser
import importlib
import os
import pathlib
import unittest

ROOT = pathlib.Path(__file__).parents[2]


def setup_cfg():
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string((ROOT / 'setup.cfg').read_text(encoding='utf-8'))
    return parser


class PackagingTest(unittest.TestCase):
    def test_every_entry_point_leads_to_something(self):
        groups = setup_cfg()['entry_points']
        for group, lines in groups.items():
            for line in filter(None, lines.splitlines()):
                with self.subTest(group=group, entry=line):
                    module, _, name = line.partition('=')[2].partition(':')
                    target = importlib.import_module(module.strip())
                    # Without a name it is the module that is meant.
                    self.assertTrue(
                        not name or callable(getattr(target, name))
                    )

    def test_every_script_can_be_executed(self):
        scripts = setup_cfg()['files']['scripts'].split()
        self.assertNotEqual([], scripts)
        for script in scripts:
            with self.subTest(script):
                self.assertTrue(os.access(ROOT / script, os.X_OK))
