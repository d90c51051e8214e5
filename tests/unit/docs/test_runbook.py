# SPDX-License-Identifier: Apache-2.0
"""Every alarm of the code has its page in the runbook, in its very words."""

import collections
import itertools
import pathlib
import sys
import unittest

import nova_ha
from nova_ha.recovery import states
from tests.unit.docs import alarms

ROOT = pathlib.Path(nova_ha.__file__).parents[1]
sys.path.insert(0, str(ROOT / 'doc' / 'ext'))

import runbook_texts  # noqa: E402  what Sphinx uses, without Sphinx

SECTIONS = (
    'What you see',
    'What it means',
    'What nova-ha does by itself',
    'What to do',
    'How it ends',
)

#: Places whose words are not the code's own, each with the page about it: a
#: device's or nova's words, counts, or what another place has said already.
NOT_OURS = {
    'engine/conductor.py:_tell': 'index',
    'engine/host_watch.py:_keep_out': 'flapping',
    'engine/intake.py:_failed': 'fence-failed',
    'engine/reminder.py:see': 'index',
    'engine/steps/evacuating.py:_conclude': 'evacuation-failed',
    'engine/steps/evacuating.py:_held': 'held',
    'engine/steps/fencing.py:_failed': 'fence-failed',
    'engine/steps/forcing_down.py:run': 'held',
}
BARE = {alarms.HOLE, 'no instances'}


class RunbookTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.places = list(alarms.places())

    def setUp(self):
        self.documented = collections.Counter(
            runbook_texts.template(alarm)
            for page in runbook_texts.pages()
            for alarm in runbook_texts.alarms(page)
        )

    def test_every_alarm_has_a_page(self):
        missing = {
            f'{place.function} (line {place.line}): {text}'
            for place in self.places
            for text in place.texts
            if text not in BARE and text not in self.documented
        }
        self.assertEqual(set(), missing)

    def test_no_page_is_about_an_alarm_that_is_not_there(self):
        said = {text for place in self.places for text in place.texts}
        self.assertEqual(set(), self.documented.keys() - said)

    def test_an_alarm_has_one_page(self):
        twice = [text for text, n in self.documented.items() if n > 1]
        self.assertEqual([], twice)

    def test_what_cannot_be_traced_is_known(self):
        bare = {
            place.function
            for place in self.places
            if not place.texts or BARE.intersection(place.texts)
        }
        untraced = bare - NOT_OURS.keys()
        # An outcome's alarm is a place of its own, where it is made.
        self.assertEqual({'engine/conductor.py:_tick'}, untraced)
        self.assertEqual(set(), NOT_OURS.keys() - bare)
        for page in NOT_OURS.values():
            self.assertTrue((runbook_texts.PAGES / f'{page}.rst').exists())

    def test_tracing_finds_what_it_should(self):
        """One place of each kind, so that a blind tracer is noticed."""
        said = {text for place in self.places for text in place.texts}
        self.assertLessEqual(
            {
                'nova still calls the host up',
                'restart group {}: {}',
                'storm: the picture is sane again',
                'nothing is backed up now: {}',
                'stands still: mode {}',
                'nothing can be recorded: store: {}; spool: {}',
            },
            said,
        )
        self.assertGreater(len(self.places), 30)

    def test_every_state_that_needs_somebody_has_a_page(self):
        for state in states.NEEDS_SOMEBODY:
            name = state.value.replace('_', '-')
            page = runbook_texts.PAGES / f'{name}.rst'
            with self.subTest(state=state.value):
                self.assertTrue(page.exists())
                self.assertTrue(
                    runbook_texts.title(page).startswith(state.value)
                )

    def test_every_page_says_all_there_is_to_say(self):
        for page in runbook_texts.pages():
            lines = page.read_text().splitlines()
            found = [
                line
                for line, below in itertools.pairwise(lines)
                if below and set(below) == {'='} and len(below) == len(line)
            ]
            with self.subTest(page=page.stem):
                self.assertEqual(SECTIONS, tuple(found[1:]))
