# SPDX-License-Identifier: Apache-2.0
"""Which gate each state wants, and what a returning host still needs."""

import itertools
import unittest

from nova_ha.recovery import gate
from nova_ha.recovery import safety
from nova_ha.recovery import states
from nova_ha.recovery.following import Fence
from nova_ha.recovery.model import ClusterNode
from nova_ha.recovery.model import NodeFence
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import RecoveryState as S
from tests.unit.recovery import data

WANTED = """
requested           shut  shut  shut
fencing             shut  shut  shut
fence_failed        shut  shut  shut
forcing_down        shut  shut  shut
held                shut  shut  shut
evacuating          shut  shut  shut
evacuation_failed   ajar  shut  ajar
evacuated           ajar  shut  ajar
returning           ajar  ajar  shut
completed           open  open  open
cancelled           open  open  open
"""
"""Plain, while a record is live, while nova-compute has to be restarted."""


def node(**changes):
    return ClusterNode(
        **{
            'name': 'n1',
            'remote': True,
            'online': True,
            'unclean': False,
            'gate': Gate.OPEN,
            'compute_active': True,
            **changes,
        }
    )


def fence(seconds=1.0, **changes):
    return NodeFence(
        **{
            'node': 'n1',
            'action': 'off',
            'succeeded': True,
            'at': data.at(seconds),
            'by': 'ctl1',
            'client': 'pacemaker-controld',
            **changes,
        }
    )


class WantedTest(unittest.TestCase):
    def test_every_state(self):
        rows = [line.split() for line in WANTED.strip().splitlines()]
        self.assertEqual({s.value for s in S}, {row[0] for row in rows})
        for name, *gates in rows:
            cases = ((False, False), (True, False), (False, True))
            for (live, restart), word in zip(cases, gates, strict=True):
                with self.subTest(name, live=live, restart=restart):
                    expected = Gate.OPEN if word == 'open' else Gate(word)
                    found = gate.wanted(S(name), live, restart)
                    self.assertIs(expected, found)

    def test_nothing_that_needs_off_lets_nova_compute_start(self):
        for state, live, restart in itertools.product(
            states.NEEDS_OFF, (False, True), (False, True)
        ):
            self.assertIs(Gate.SHUT, gate.wanted(state, live, restart))

    def test_no_final_state_keeps_a_gate(self):
        for state in states.FINAL:
            self.assertIs(Gate.OPEN, gate.wanted(state, True, True))


class LiveTest(unittest.TestCase):
    def live(self, *records, rows=(), fenced=None):
        by_instance = {row.instance: row for row in rows}
        found = gate.live_records(records, by_instance, fenced or {})
        return [r.id for r in found]

    def test_by_status(self):
        for status in ('accepted', 'pre-migrating', 'something-new'):
            self.assertEqual([1], self.live(data.migration(status)))
        for status in ('done', 'completed', 'failed', 'error'):
            self.assertEqual([], self.live(data.migration(status)))

    def test_without_a_row_only_a_lasting_fence_ends_it(self):
        record = data.migration()
        for lasting in (False, True):
            fenced = {'h2': Fence(data.at(5), lasting)}
            expected = [] if lasting else [1]
            self.assertEqual(expected, self.live(record, fenced=fenced))

    def test_a_target_fenced_after_it_was_asked(self):
        row = data.evacuation(asked_at=data.at(10))
        record = data.migration()
        for at, expected in ((5, [1]), (15, [])):
            fenced = {'h2': Fence(data.at(at), lasting=False)}
            found = self.live(record, rows=[row], fenced=fenced)
            self.assertEqual(expected, found)

    def test_another_hosts_fence_ends_nothing(self):
        fenced = {'h3': Fence(data.at(5), lasting=True)}
        self.assertEqual([1], self.live(data.migration(), fenced=fenced))

    def test_what_was_settled_before_the_last_attempt(self):
        row = data.evacuation(asked_at=data.at(1), last_migration=1)
        record = data.migration()
        self.assertEqual([], self.live(record, rows=[row]))
        newer = data.migration(number=2)
        self.assertEqual([2], self.live(record, newer, rows=[row]))

    def test_a_record_without_a_target(self):
        record = data.migration(target=None)
        fenced = {'h2': Fence(data.at(5), lasting=True)}
        self.assertEqual([1], self.live(record, fenced=fenced))


class ComebackTest(unittest.TestCase):
    def test_a_restart_when_nothing_has_changed_for_a_while(self):
        seen = gate.Comeback().look(3, running=True, now=100.0)
        self.assertFalse(seen.needs_restart(109.0, 10.0))
        seen = seen.look(3, running=True, now=109.0)
        self.assertTrue(seen.needs_restart(110.0, 10.0))

    def test_progress_starts_the_wait_anew(self):
        seen = gate.Comeback().look(3, running=True, now=100.0)
        seen = seen.look(2, running=True, now=109.0)
        self.assertFalse(seen.needs_restart(118.0, 10.0))
        self.assertTrue(seen.needs_restart(119.0, 10.0))

    def test_a_number_that_grows_is_a_change_too(self):
        seen = gate.Comeback().look(2, running=True, now=100.0)
        seen = seen.look(3, running=True, now=109.0)
        self.assertFalse(seen.needs_restart(118.0, 10.0))

    def test_not_while_nova_compute_does_not_run(self):
        seen = gate.Comeback().look(3, running=True, now=100.0)
        seen = seen.look(3, running=False, now=105.0)
        self.assertFalse(seen.needs_restart(200.0, 10.0))
        seen = seen.look(3, running=True, now=200.0)
        self.assertFalse(seen.needs_restart(209.0, 10.0))

    def test_nothing_left_needs_no_restart(self):
        seen = gate.Comeback().look(0, running=True, now=100.0)
        self.assertFalse(seen.needs_restart(200.0, 10.0))


class BackTest(unittest.TestCase):
    def back(self, node_, fence_, proof=None):
        return gate.has_come_back(node_, fence_, proof or data.proof())

    def test_online_again_after_the_fence(self):
        self.assertTrue(self.back(node(), fence()))

    def test_not_missed_yet(self):
        self.assertFalse(self.back(node(), None))
        self.assertFalse(self.back(node(), fence(-100)))

    def test_not_there_or_not_running(self):
        for changes in (
            {'online': False},
            {'unclean': True},
            {'compute_active': False},
        ):
            self.assertFalse(self.back(node(**changes), fence()))

    def test_a_fence_that_did_not_succeed(self):
        self.assertFalse(self.back(node(), fence(succeeded=False)))
        pending = fence(succeeded=None, at=None)
        self.assertFalse(self.back(node(), pending))

    def test_without_a_proof(self):
        self.assertFalse(gate.has_come_back(node(), fence(), None))


class SealTest(unittest.TestCase):
    def sealed(self, seconds, **changes):
        at = None if seconds is None else data.at(seconds)
        proof = changes.pop('off_proof', data.proof(seconds=5))
        recovery = data.recovery(off_proof=proof, sealed_at=at, **changes)
        return safety.sealed(recovery)

    def test_after_the_proof(self):
        self.assertTrue(self.sealed(5))
        self.assertTrue(self.sealed(6))

    def test_not_sealed(self):
        self.assertFalse(self.sealed(None))

    def test_a_newer_proof_breaks_it(self):
        self.assertFalse(self.sealed(4))

    def test_nothing_to_be_sealed(self):
        self.assertFalse(self.sealed(6, off_proof=None))
        self.assertFalse(self.sealed(9, fencing_since=data.at(8)))
