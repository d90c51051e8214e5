# SPDX-License-Identifier: Apache-2.0
"""The metadata: as reviewed, and as Pacemaker and its tools read it."""

import pathlib
import unittest
from xml.etree import ElementTree as ET

from nova_ha.pacemaker import metadata
from nova_ha.pacemaker import options

GOLDEN = pathlib.Path(__file__).with_name('metadata.xml')


class MetadataTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.root = ET.fromstring(metadata.document())

    def test_is_what_was_reviewed(self):
        self.assertEqual(GOLDEN.read_text(), metadata.document())

    def test_pacemaker_gives_the_target_as_port(self):
        """It does so when there is a parameter of that name."""
        port = self.root.find("parameters/parameter[@name='port']")
        plug = self.root.find("parameters/parameter[@name='plug']")
        self.assertEqual('1', port.get('deprecated'))
        self.assertEqual('port', plug.get('obsoletes'))

    def test_every_key_read_from_stdin_is_described(self):
        self.assertEqual(
            {name for o in options.OPTIONS for name in o.names},
            {p.get('name') for p in self.root.findall('parameters/parameter')},
        )

    def test_actions(self):
        found = [a.attrib for a in self.root.findall('actions/action')]
        self.assertEqual([{'name': name} for name in options.ACTIONS], found)

    def test_form_asked_for_by_the_schema_of_fence_agents(self):
        self.assertEqual(
            ['longdesc', 'vendor-url', 'parameters', 'actions'],
            [child.tag for child in self.root],
        )
        for parameter in self.root.findall('parameters/parameter'):
            with self.subTest(parameter.get('name')):
                self.assertEqual(
                    ['getopt', 'content', 'shortdesc'],
                    [child.tag for child in parameter],
                )
                self.assertIn(parameter.get('unique'), ('0', '1'))
                self.assertIn(parameter.get('required'), ('0', '1'))
                self.assertIn(
                    parameter.find('content').get('type'),
                    ('boolean', 'string', 'second', 'integer'),
                )

    def test_no_action_on_is_automatic(self):
        """Unfencing would power hosts on while they are evacuated."""
        on = self.root.find("actions/action[@name='on']")
        self.assertIsNone(on.get('automatic'))
