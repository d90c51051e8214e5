# SPDX-License-Identifier: Apache-2.0
"""What oslo.policy's own tools make of the rules."""

import contextlib
import io
import pathlib
import tempfile
import unittest

from oslo_policy import generator
import yaml

from nova_ha import policies
from nova_ha.cmd import policy_tools

ROOT = pathlib.Path(__file__).parents[3]


class SampleTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix='nha-')
        self.addCleanup(directory.cleanup)
        self.file = pathlib.Path(directory.name) / 'policy.yaml.sample'

    def test_every_rule_is_in_it_with_words(self):
        generator.generate_sample(
            [
                '--config-file',
                str(ROOT / 'etc/nova-ha/nova-ha-policy-generator.conf'),
                '--output-file',
                str(self.file),
            ]
        )
        text = self.file.read_text(encoding='utf-8')
        for rule in policies.list_rules():
            with self.subTest(rule.name):
                self.assertIn(f'#"{rule.name}": "{rule.check_str}"', text)
                self.assertIn(rule.description.split('. ')[0][:40], text)
        # All of it is a comment, and all of it would be good.
        self.assertIsNone(yaml.safe_load(text))
        rules = yaml.safe_load(
            '\n'.join(
                line[1:] for line in text.splitlines() if line[:2] == '#"'
            )
        )
        self.assertEqual(len(policies.list_rules()), len(rules))

    def test_the_enforcer_of_the_tools_knows_every_rule(self):
        with contextlib.redirect_stdout(io.StringIO()):
            found = policy_tools.get_enforcer()
        self.assertEqual(
            {rule.name for rule in policies.list_rules()},
            set(found.registered_rules),
        )

    def test_rules_are_whole(self):
        for rule in policies.list_rules():
            with self.subTest(rule.name):
                self.assertRegex(rule.name, '^compute_ha:[a-z_:]+$')
                self.assertTrue(rule.description.endswith('.'))
