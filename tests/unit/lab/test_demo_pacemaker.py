# SPDX-License-Identifier: Apache-2.0

import dataclasses
import pathlib
import tempfile

import testtools

from tests.lab.config import LabConfig
from tests.lab.demo import __main__ as demo
from tests.lab.demo import pacemaker
from tests.lab.demo.stage import PacemakerStage
from tests.lab.errors import LabError
from tests.lab.lab import Lab
from tests.lab.pacemaker import crm_mon
from tests.lab.pacemaker.cluster import SERVICES
from tests.lab.pacemaker.configuration import GATE
from tests.lab.progress import Silent

REQUESTED = '2026-03-01T12:00:00.500000+00:00'
ANSWERED = '2026-03-01T12:00:01.250000+00:00'


def found(*events):
    return {
        'recovery': {'requested_at': REQUESTED},
        'events': [{'name': name, 'at': at} for name, at in events],
    }


class TestCase(testtools.TestCase):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.config = LabConfig(base=pathlib.Path(directory.name))
        self.clustered = dataclasses.replace(self.config, controllers=1)


class FenceTest(TestCase):
    """What Pacemaker did is read from what the fencer wrote down."""

    def setUp(self):
        super().setUp()
        lab = Lab(self.clustered)
        stage = PacemakerStage(lab, lab.stack, 'compute1', Silent())
        self.manager = pacemaker.Pacemaker(stage)

    def test_nothing_is_known_without_a_recovery(self):
        self.assertIsNone(self.manager.fence(None))

    def test_it_is_not_answered_before_the_history_says_so(self):
        fence = self.manager.fence(found(('fence_requested', REQUESTED)))
        self.assertIsNone(fence.answered)

    def test_it_counts_from_when_the_fencer_was_asked(self):
        self.manager.began = 100.0
        fence = self.manager.fence(found(('fence_answered', ANSWERED)))
        self.assertAlmostEqual(0.75, fence.answered - fence.requested)
        self.assertEqual(100.0, fence.failed)


class ToldTest(testtools.TestCase):
    def view(self, gate):
        node = crm_mon.Node('compute1', True, False, True, gate)
        return crm_mon.View(
            dc='ctl1',
            quorum=True,
            nodes={'compute1': node},
            resources=(
                crm_mon.Resource(SERVICES[0], 'Started', 'compute1', False),
                crm_mon.Resource(SERVICES[1], 'Stopped', '', False),
            ),
        )

    def test_the_gate_and_what_runs_behind_it(self):
        self.assertEqual(
            'gate ajar, 1 of 3 services',
            pacemaker.told(self.view({GATE: 'ajar'}), 'compute1'),
        )

    def test_a_gate_that_is_open_has_no_attribute(self):
        self.assertIn('gate open', pacemaker.told(self.view({}), 'compute1'))

    def test_of_a_host_that_pacemaker_does_not_know_nothing(self):
        self.assertEqual('', pacemaker.told(self.view({}), 'compute9'))


class WhichLabTest(TestCase):
    def test_without_the_option_there_is_none(self):
        lab = demo.which_lab(False, self.config)
        self.assertIsNone(lab.stack)
        stage, _ = demo.make_story(lab, Silent())
        self.assertNotIsInstance(stage, PacemakerStage)

    def test_with_it_one_controller_and_nova_ha_alone(self):
        lab = demo.which_lab(True, self.config)
        self.assertEqual((1, 1), (lab.config.controllers, lab.config.wiring))
        stage, _ = demo.make_story(lab, Silent())
        self.assertIsInstance(stage, PacemakerStage)

    def test_a_lab_that_has_three_keeps_them(self):
        config = dataclasses.replace(self.config, controllers=3)
        self.assertEqual(3, demo.which_lab(True, config).config.controllers)

    def test_a_lab_with_pacemaker_is_not_used_without_the_option(self):
        error = self.assertRaises(
            LabError, demo.which_lab, False, self.clustered
        )
        self.assertIn('--pacemaker', str(error))
