# SPDX-License-Identifier: Apache-2.0
"""Our defaults for what keystonemiddleware reads, and where they are seen."""

import pathlib
import tempfile
import unittest

from oslo_config import cfg

from nova_ha.api import tokens
from tests.unit.conf import test_sample

FILE = """
[keystone_authtoken]
auth_type = password
auth_url = http://127.0.0.1:9
"""


class DefaultsTest(unittest.TestCase):
    def test_they_are_in_force(self):
        conf = cfg.ConfigOpts()
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory, 'nova-ha.conf')
            file.write_text(FILE, encoding='utf-8')
            conf([], default_config_files=[str(file)])
            tokens.protocol(conf)
        for name, value in tokens.DEFAULTS.items():
            with self.subTest(name):
                self.assertEqual(value, conf[tokens.GROUP][name])

    def test_the_sample_shows_them(self):
        shown = {
            name: value
            for group, name, value in test_sample.places(
                test_sample.generated()
            )
            if group == tokens.GROUP
        }
        kinds = {
            option.dest: option.type
            for _, options in tokens.list_opts()
            for option in options
        }
        self.assertEqual(set(kinds), set(shown))
        for name, value in tokens.DEFAULTS.items():
            with self.subTest(name):
                # As it would be read back.
                self.assertEqual(value, kinds[name](shown[name]))
