# SPDX-License-Identifier: Apache-2.0
"""The OCF agent's parameters and its description of them."""

import pathlib
import pwd
import unittest
from xml.etree import ElementTree as ET

from nova_ha.pacemaker import ocf_fencer
from nova_ha.pacemaker import ocf_metadata
from nova_ha.pacemaker import ocf_parameters
from nova_ha.pacemaker.ocf_parameters import Parameters

GOLDEN = pathlib.Path(__file__).with_name('ocf-metadata.xml')


class ParametersTest(unittest.TestCase):
    def test_defaults(self):
        found = Parameters({})
        self.assertEqual(
            [
                '/usr/bin/nova-ha-fencer',
                '--config-file',
                '/etc/nova-ha/nova-ha.conf',
            ],
            found.command(),
        )
        self.assertEqual('', found.user)

    def test_the_user_is_who_was_named_or_whom_packages_make(self):
        self.assertEqual('x', Parameters({'OCF_RESKEY_user': 'x'}).account())
        try:
            expected = pwd.getpwnam('nova-ha').pw_name
        except KeyError:
            expected = 'root'
        self.assertEqual(expected, Parameters({}).account())

    def test_every_row_is_a_value(self):
        environment = {
            f'OCF_RESKEY_{row.name}': f'/{row.name}'
            for row in ocf_parameters.PARAMETERS
        }
        self.assertEqual(
            {row.name: f'/{row.name}' for row in ocf_parameters.PARAMETERS},
            vars(Parameters(environment)),
        )

    def test_empty_means_the_default(self):
        found = Parameters({'OCF_RESKEY_socket': ''})
        self.assertEqual('/run/nova-ha/fencer.sock', found.socket)

    def test_additional_parameters_are_words_and_nothing_more(self):
        found = Parameters(
            {'OCF_RESKEY_additional_parameters': '--a "b c" $(x) ; `y`'}
        )
        self.assertEqual(
            ['--a', 'b c', '$(x)', ';', '`y`'], found.command()[3:]
        )

    def test_what_makes_no_sense_anywhere(self):
        for name in ocf_parameters.PATHS:
            with (
                self.subTest(name),
                self.assertRaisesRegex(
                    ocf_parameters.ParameterError, f'{name} .* absolute path'
                ),
            ):
                Parameters({f'OCF_RESKEY_{name}': 'x'}).check()


class MetadataTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.root = ET.fromstring(ocf_metadata.document())

    def test_is_what_was_reviewed(self):
        self.assertEqual(GOLDEN.read_text(), ocf_metadata.document())

    def test_every_parameter_is_described(self):
        self.assertEqual(
            [row.name for row in ocf_parameters.PARAMETERS],
            [p.get('name') for p in self.root.iter('parameter')],
        )

    def test_every_action_is_carried_out(self):
        actions = {a.get('name') for a in self.root.iter('action')}
        self.assertEqual(set(), actions - set(ocf_fencer._ACTIONS))
        self.assertLessEqual(
            {'start', 'stop', 'monitor', 'meta-data', 'validate-all'}, actions
        )

    def test_the_depths_of_monitor_have_intervals_of_their_own(self):
        """Pacemaker tells operations by name and interval."""
        intervals = [
            action.get('interval')
            for action in self.root.iter('action')
            if action.get('name') == 'monitor'
        ]
        self.assertEqual(len(intervals), len(set(intervals)))
