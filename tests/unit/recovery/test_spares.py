# SPDX-License-Identifier: Apache-2.0
"""Which spare for which host, and when it is due."""

import dataclasses
import datetime
import unittest

from nova_ha.recovery import spares
from nova_ha.recovery.model import Aggregate
from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import ServiceMark
from nova_ha.recovery.states import RecoveryState
from tests.unit.recovery import data

NOW = data.NOW
LATER = NOW + datetime.timedelta(seconds=1)


def service(host, **fields):
    values = {
        'id': f'id-{host}',
        'host': host,
        'up': True,
        'disabled': True,
        'disabled_reason': 'spare',
        'forced_down': False,
        'updated_at': NOW,
    }
    return ComputeService(**{**values, **fields})


def group(number, name, *hosts, zone=''):
    return Aggregate(number, name, zone, frozenset(hosts))


class ChoiceTest(unittest.TestCase):
    def choose(self, *groups, reserved=('s1', 's2', 's3'), **fields):
        values = {
            'services': {name: service(name) for name in reserved},
            'away': {},
            'wishes': spares.Wishes(),
        }
        return spares.choose(
            'h1', reserved, aggregates=groups, **{**values, **fields}
        )

    def assert_order(self, expected, *groups, **fields):
        choice = self.choose(*groups, **fields)
        self.assertEqual(expected, list(choice.names), choice.because)

    def test_in_the_order_of_the_hosts_file(self):
        self.assert_order(['s1', 's2', 's3'])
        self.assert_order(['s3', 's1'], reserved=('s3', 's1'))

    def test_of_the_same_zone_first(self):
        self.assert_order(
            ['s2', 's1', 's3'], group(1, 'az1', 'h1', 's2', zone='az1')
        )

    def test_of_the_same_zone_by_another_aggregate(self):
        self.assert_order(
            ['s3', 's1', 's2'],
            group(1, 'a', 'h1', zone='az1'),
            group(2, 'b', 's3', zone='az1'),
        )

    def test_with_more_in_common_first(self):
        self.assert_order(
            ['s3', 's2', 's1'],
            group(1, 'az1', 'h1', 's3', zone='az1'),
            group(2, 'ssd', 'h1', 's2', 's3'),
        )

    def test_in_fewer_other_aggregates_first(self):
        self.assert_order(['s2', 's3', 's1'], group(1, 'gpu', 's1', 'h2'))

    def test_another_zone_is_none(self):
        choice = self.choose(
            group(1, 'az1', 'h1', zone='az1'),
            group(2, 'az2', 's1', zone='az2'),
            group(3, 'ssd', 'h1', 's1'),
        )
        self.assertEqual(['s2', 's3'], list(choice.names))
        self.assertEqual(
            {'s1': 'it is in the zone az2, h1 is in az1'}, choice.because
        )

    def test_a_zone_is_none_for_a_host_without(self):
        self.assert_order(['s2', 's3'], group(1, 'az2', 's1', zone='az2'))

    def test_nothing_in_common_may_be_too_little(self):
        choice = self.choose(
            group(1, 'ssd', 'h1', 's2'), wishes=spares.Wishes(anywhere=False)
        )
        self.assertEqual(['s2'], list(choice.names))
        self.assertIn('no aggregate in common', choice.because['s1'])

    def test_what_is_no_spare_now(self):
        mark = str(ServiceMark('11111111-2222-4333-8444-555555555555', NOW))
        for fields, why in (
            ({'up': False}, 'down'),
            ({'forced_down': True}, 'forced down'),
            ({'disabled': False, 'disabled_reason': None}, 'enabled'),
            ({'disabled_reason': mark}, 'a recovery has disabled it'),
        ):
            choice = self.choose(
                reserved=('s1',), services={'s1': service('s1', **fields)}
            )
            self.assertEqual([], list(choice.names))
            self.assertIn(why, choice.because['s1'])

    def test_unknown_to_nova(self):
        choice = self.choose(reserved=('s1',), services={})
        self.assertIn('nova knows no', choice.because['s1'])

    def test_away(self):
        choice = self.choose(away={'s1': 'it stands in for h9'})
        self.assertEqual(['s2', 's3'], list(choice.names))
        self.assertEqual('it stands in for h9', choice.because['s1'])

    def test_only_with_the_reason_asked_for(self):
        found = {
            's1': service('s1', disabled_reason='bad fan'),
            's2': service('s2', disabled_reason=None),
            's3': service('s3', disabled_reason='spare, ask Ann'),
        }
        self.assert_order(['s1', 's2', 's3'], services=found)
        choice = self.choose(
            services=found, wishes=spares.Wishes(reason='spare')
        )
        self.assertEqual(['s3'], list(choice.names))
        self.assertIn('bad fan', choice.because['s1'])
        self.assertIn('none given', choice.because['s2'])


class UndoTest(unittest.TestCase):
    def test_only_what_is_changed(self):
        undo = spares.undo_of(
            service('s1', disabled_reason='spare of rack 2'),
            'h1',
            [
                group(1, 'az1', 'h1', 'h2', zone='az1'),
                group(2, 'ssd', 'h1', 's1'),
                group(3, 'gpu', 'h2'),
            ],
        )
        self.assertEqual('spare of rack 2', undo.disabled_reason)
        self.assertEqual((spares.Joined(1, 'az1'),), undo.joined)
        self.assertTrue(undo.enabled)


class CountTest(unittest.TestCase):
    def loan(self, state, spare='s1', **fields):
        return spares.Loan(
            **{
                'uuid': 'u',
                'spare': spare,
                'recovery': 'r',
                'host': 'h1',
                'state': state,
                'undo': spares.Undo(),
                'taken_at': NOW,
                'state_since': NOW,
                **fields,
            }
        )

    def assert_missing(self, expected, *loans, since=NOW, per_host=1):
        wishes = spares.Wishes(per_host=per_host)
        self.assertEqual(expected, spares.missing(wishes, since, loans))

    def test_one_for_each_host_unless_told(self):
        self.assert_missing(1)
        self.assert_missing(2, per_host=2)
        self.assert_missing(0, per_host=0)

    def test_open_ones_count(self):
        for state in set(spares.LoanState) - spares.ENDED:
            self.assert_missing(0, self.loan(state))
            self.assert_missing(0, self.loan(state), since=LATER)
            self.assert_missing(1, self.loan(state), per_host=2)

    def test_one_that_is_kept_counts_for_its_incident(self):
        kept = self.loan(spares.LoanState.KEPT, returned_at=NOW)
        self.assert_missing(0, kept)
        self.assert_missing(1, kept, since=LATER)

    def test_one_that_went_back_does_not_count(self):
        back = self.loan(spares.LoanState.RETURNED, returned_at=LATER)
        self.assert_missing(1, back)

    def test_what_was_given_back_in_mid_incident_is_not_taken_again(self):
        back = self.loan(spares.LoanState.RETURNED, returned_at=LATER)
        self.assertIn('already', spares.tried(NOW, [back])['s1'])
        self.assertEqual(
            {}, spares.tried(LATER + datetime.timedelta(seconds=1), [back])
        )
        lent = dataclasses.replace(back, returned_at=None)
        self.assertEqual({}, spares.tried(NOW, [lent]))


class DueTest(unittest.TestCase):
    def test_every_state_of_a_recovery(self):
        needed = {
            RecoveryState.REQUESTED,
            RecoveryState.FENCING,
            RecoveryState.FENCE_FAILED,
            RecoveryState.FORCING_DOWN,
            RecoveryState.HELD,
            RecoveryState.EVACUATING,
        }
        over = {RecoveryState.COMPLETED, RecoveryState.CANCELLED}
        for state in RecoveryState:
            expected = spares.Due.UNLESS_USED
            if state in needed:
                expected = spares.Due.NOTHING
            elif state in over:
                expected = spares.Due.BACK
            self.assertIs(expected, spares.due(state), state)


if __name__ == '__main__':
    unittest.main()
