# SPDX-License-Identifier: Apache-2.0
"""Is a host protected, and if not why: a table of what can be seen of one."""

import dataclasses
import datetime
import unittest

from nova_ha.recovery import protection
from nova_ha.recovery.model import ClusterNode
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import NodeFence
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.model import ServiceMark
from nova_ha.recovery.modes import Mode
from nova_ha.recovery.modes import Standing
from nova_ha.recovery.protection import Facts
from nova_ha.recovery.spares import Loan
from nova_ha.recovery.spares import LoanState
from nova_ha.recovery.spares import Undo
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import RecoveryState
from tests.unit.recovery import data

HOST = Host('h1', 'n1', (PowerDevice('ipmi'),))
SERVICE = data.service(up=True, disabled=False, forced_down=False)
NODE = ClusterNode('n1', True, True, False, Gate.OPEN, True)
WELL = Facts('h1', host=HOST, service=SERVICE, node=NODE)
OFF = NodeFence('n1', 'off', True, data.NOW, 'ctl1', 'stonith-api')


def facts(**changes):
    return dataclasses.replace(WELL, **changes)


def service(**changes):
    return dataclasses.replace(SERVICE, **changes)


def node(**changes):
    return dataclasses.replace(NODE, **changes)


def recovering(state, message=''):
    return data.recovery(state=state, message=message)


#: What is seen of a host that is not protected: each sentence that tells so
#: has these words in it, in this order, and there are no others.
UNPROTECTED = (
    ('unnamed', {'host': None}, ['The hosts file does not name it']),
    (
        'no driver',
        {'host': dataclasses.replace(HOST, devices=())},
        ['names no power device'],
    ),
    ('not in nova', {'service': None}, ['shows no nova-compute on it: start']),
    (
        'nova away',
        {'service': None, 'nova_away': 'keystone is down'},
        ['could not be asked about it: keystone is down'],
    ),
    (
        'down',
        {'service': service(up=False)},
        ['calls its nova-compute down, and nobody recovers it'],
    ),
    (
        'forced down by an operator',
        {'service': service(up=False, forced_down=True)},
        ['forced down, and not by nova-ha'],
    ),
    (
        'forced down by a recovery that is over',
        {
            'service': service(
                up=False,
                forced_down=True,
                disabled=True,
                disabled_reason=str(ServiceMark('r9', data.NOW)),
            )
        },
        ['forced down since recovery r9, which has ended'],
    ),
    ('not in Pacemaker', {'node': None}, ['knows no node n1, so nobody']),
    (
        'Pacemaker away',
        {'node': None, 'cluster_away': 'no quorum'},
        ['could not be seen: no quorum'],
    ),
    ('offline', {'node': node(online=False)}, ['does not see n1 (offline)']),
    (
        'unclean',
        {'node': node(online=False, unclean=True)},
        ['has lost n1 and has not fenced it yet'],
    ),
    (
        'gate shut',
        {'node': node(gate=Gate.SHUT)},
        ['Its gate is shut though it has no recovery'],
    ),
    (
        'offline behind a shut gate',
        {'node': node(online=False, gate=Gate.SHUT)},
        ['does not see n1', 'Its gate is shut'],
    ),
    (
        'fencing failed',
        {'fence': dataclasses.replace(OFF, succeeded=False)},
        ['failed (off at 2026-03-01 12:00:00 UTC)'],
    ),
    (
        'observe',
        {'standing': Standing(Mode.OBSERVE, data.NOW, 'jo', 'new here')},
        ['observe since 2026-03-01 12:00:00 UTC by jo: new here: nova-ha'],
    ),
    (
        'paused',
        {'standing': Standing(Mode.PAUSED)},
        ['its instances would not be evacuated'],
    ),
    (
        'held',
        {
            'recovery': recovering(RecoveryState.HELD, 'storm: 3 hosts'),
            'service': service(up=False, forced_down=True, disabled=True),
            'node': node(online=False, gate=Gate.SHUT),
        },
        ['r1 is held (storm: 3 hosts): a guard holds'],
    ),
    (
        'kept out',
        {
            'recovery': recovering(
                RecoveryState.EVACUATED, 'flapping: h1 failed 3 times'
            )
        },
        ['kept out for flapping: h1 failed 3 times'],
    ),
    (
        'fence failed',
        {'recovery': recovering(RecoveryState.FENCE_FAILED)},
        ['"openstack ha recovery retry r1"'],
    ),
    (
        'nothing at all',
        {'host': None, 'service': None, 'node': None},
        ['The hosts file does not name it', 'shows no nova-compute'],
    ),
)

#: Of one that is protected, what else there is to know.
PROTECTED = (
    ('well', {}, []),
    ('fenced well once', {'fence': OFF}, []),
    ('ajar', {'node': node(gate=Gate.AJAR)}, []),
    (
        'disabled by an operator',
        {'service': service(disabled=True, disabled_reason='new disks')},
        ['disabled (new disks): what runs there is recovered as ever'],
    ),
    (
        'disabled without a word',
        {'service': service(disabled=True)},
        ['disabled (no reason given)'],
    ),
    (
        'spare',
        {
            'host': dataclasses.replace(HOST, reserved=True),
            'service': service(disabled=True, disabled_reason='spare'),
        },
        ['It is a reserved spare: it is kept empty'],
    ),
    (
        'spare on loan',
        {
            'host': dataclasses.replace(HOST, reserved=True),
            'loan': Loan(
                'l1',
                'h1',
                'r1',
                'h2',
                LoanState.LENT,
                Undo(),
                data.NOW,
                data.NOW,
            ),
        },
        ['stands in for h2 (lent)'],
    ),
    (
        'nobody looks at Pacemaker',
        {'has_cluster': False, 'node': None},
        ['[cluster] enabled'],
    ),
    ('store away', {'store_away': 'locked'}, ['is not known: locked']),
)


class ProtectionTest(unittest.TestCase):
    def assert_why(self, expected, changes):
        found = protection.judge(facts(**changes))
        self.assertEqual(len(expected), len(found.why), found.why)
        for words, sentence in zip(expected, found.why, strict=True):
            self.assertIn(words, sentence)
            self.assertTrue(sentence[0].isupper(), sentence)
            self.assertTrue(sentence.endswith('.'), sentence)
        return found

    def test_each_reason_alone(self):
        for title, changes, expected in UNPROTECTED:
            with self.subTest(title):
                found = self.assert_why(expected, changes)
                self.assertFalse(found.protected)

    def test_what_takes_no_protection_away(self):
        for title, changes, expected in PROTECTED:
            with self.subTest(title):
                found = self.assert_why(expected, changes)
                self.assertTrue(found.protected)

    def test_every_state_of_a_recovery_says_what_it_means(self):
        for state in RecoveryState:
            with self.subTest(state):
                changes = {'recovery': recovering(state, 'as it is')}
                self.assert_why([f'r1 is {state.value} (as it is): '], changes)

    def test_reasons_come_before_remarks(self):
        found = protection.judge(
            facts(
                service=service(disabled=True),
                fence=dataclasses.replace(OFF, succeeded=False),
            )
        )
        self.assertFalse(found.protected)
        self.assertIn('fencing', found.why[0])
        self.assertIn('disabled', found.why[1])


class LastFenceTest(unittest.TestCase):
    def test_the_last_about_its_power_that_is_over(self):
        later = data.NOW + datetime.timedelta(seconds=9)
        failed = dataclasses.replace(OFF, succeeded=False, at=later)
        for history, expected in (
            ([], None),
            ([OFF], OFF),
            ([OFF, failed], failed),
            ([failed, OFF], OFF),
            ([OFF, dataclasses.replace(OFF, succeeded=None, at=None)], OFF),
            ([OFF, dataclasses.replace(failed, action='on')], OFF),
            ([OFF, dataclasses.replace(failed, node='n2')], OFF),
        ):
            with self.subTest(history):
                found = protection.last_fence(history, 'n1')
                self.assertEqual(expected, found)
