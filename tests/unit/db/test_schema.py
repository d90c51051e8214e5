# SPDX-License-Identifier: Apache-2.0
"""The versions of the schema are Alembic's, though it is not asked."""

import subprocess
import sys
import unittest

from alembic import script

from nova_ha.db import schema

START = """
import sys

import nova_ha.cmd.fencer

sys.exit('alembic' in sys.modules)
"""


class VersionsTest(unittest.TestCase):
    def test_the_newest(self):
        directory = script.ScriptDirectory(str(schema.MIGRATIONS))
        self.assertEqual(directory.get_current_head(), schema.head())

    def test_each_is_named_as_its_file(self):
        directory = script.ScriptDirectory(str(schema.MIGRATIONS))
        revisions = {each.revision for each in directory.walk_revisions()}
        self.assertEqual(revisions, schema.known())

    def test_a_daemon_starts_without_alembic(self):
        """Whose import would take a seventh of the start."""
        done = subprocess.run([sys.executable, '-c', START], check=False)
        self.assertEqual(0, done.returncode)
