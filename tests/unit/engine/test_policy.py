# SPDX-License-Identifier: Apache-2.0
"""What the rules say is done, and written down."""

from nova_ha.engine.aggregates import FRESH
from nova_ha.engine.aggregates import KEPT
from nova_ha.engine.image_properties import ImageProperties
from nova_ha.engine.policy import RulesPolicy
from nova_ha.recovery import errors
from nova_ha.recovery.groups import Group
from nova_ha.recovery.model import Aggregate
from nova_ha.recovery.rules import Conditions
from nova_ha.recovery.rules import Disk
from nova_ha.recovery.rules import Question as Q
from nova_ha.recovery.rules import Rule
from nova_ha.recovery.rules import Rules
from nova_ha.recovery.rules import Unread
from nova_ha.recovery.states import DiskPolicy
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import RecoveryState as S
from nova_ha.recovery.states import StorageClass
from tests.simulator.wire import Fault
from tests.simulator.world import FOR_EVER
from tests.simulator.world import NOVA_AWAY
from tests.unit.engine.base import WorldTest
from tests.unit.recovery import data

IMAGE = {'image': 'i1', 'local_gb': 20.0}
FORBIDDEN = errors.ComputeForbidden('you may not list aggregates', 403)
SHARED = {'nova_ha:storage': 'shared'}


def rule(answers, **conditions):
    return Rule('a rule', Conditions(**conditions), answers)


class PolicyWorldTest(WorldTest):
    def setUp(self):
        super().setUp()
        self.world.rules = Rules()

    def boot(self, name, **looks):
        return self.world.nova.boot('h1', name=name, **looks)

    def lost(self):
        self.lost_and_fenced(0)

    def aggregate(self, **metadata):
        self.world.nova.host_aggregates = [
            Aggregate(1, 'rbd', '', frozenset({'h1'}), metadata)
        ]

    def row(self, name):
        return self.world.rows('h1')[name]


class PolicyTest(PolicyWorldTest):
    def test_without_rules(self):
        self.boot('on-volume')
        self.boot('on-disk', **IMAGE)
        self.lost()
        self.world.until_state('h1', S.EVACUATED)
        self.assert_rows({'on-volume': 'succeeded', 'on-disk': 'skipped'})
        left = self.row('on-disk')
        self.assertIn('left for its host', left.message)
        self.assertIn('storage to shared', left.message)
        self.assertIs(DiskPolicy.LEAVE, left.disk)
        self.assertIs(StorageClass.LOCAL, left.storage)
        self.assertIn('disk leave: by default', left.decision)
        self.assertEqual(0, self.asked('on-disk'))

    def test_what_was_left_is_on_its_host_when_it_returns(self):
        self.boot('on-disk', **IMAGE)
        self.lost()
        self.world.until_state('h1', S.EVACUATED)
        self.world.power_on('h1')
        self.world.until_state('h1', S.COMPLETED)
        self.assertEqual('h1', self.world.nova.servers['uuid-on-disk'].host)

    def test_disk_policies(self):
        for policy in ('leave', 'rebuild'):
            self.boot(policy, **IMAGE, metadata={'nova_ha:disk': policy})
        self.lost()
        self.world.until_state('h1', S.EVACUATED)
        self.assert_rows({'leave': 'skipped', 'rebuild': 'succeeded'})

    def test_an_aggregates_word(self):
        self.aggregate(**SHARED)
        self.boot('on-disk', **IMAGE)
        self.lost()
        self.world.until_state('h1', S.EVACUATED)
        self.assert_rows({'on-disk': 'succeeded'})
        self.assertIn('aggregate rbd', self.row('on-disk').decision)

    def test_rules_are_written_down(self):
        self.world.rules = Rules(
            [
                rule({Q.EVACUATE: False}, name=('cad-*',)),
                rule({Q.PRIORITY: 900, Q.GROUP: 'db'}, name=('db-*',)),
            ],
            groups={'db': Group('db')},
        )
        self.boot('cad-1')
        self.boot('db-1')
        self.lost()
        self.world.until_state('h1', S.EVACUATED)
        self.assert_rows({'cad-1': 'skipped', 'db-1': 'succeeded'})
        self.assertIn("rule 'a rule'", self.row('cad-1').message)
        row = self.row('db-1')
        self.assertEqual((900, 'db'), (row.priority, row.group))

    def test_rules_that_change_hold_for_the_next_try(self):
        self.world.rules = Rules([rule({Q.EVACUATE: False})])
        self.boot('vm')
        self.world.nova.failing = {'h2', 'h3'}
        self.boot('other')
        self.lost()
        self.world.until_state('h1', S.EVACUATED)
        self.assert_rows({'vm': 'skipped', 'other': 'skipped'})


class AggregatesTest(PolicyWorldTest):
    """Nothing is asked of nova that can be known before."""

    def calls(self):
        return self.world.faults.calls.get(('compute', 'aggregates'), 0)

    def unreadable(self, error):
        return self.world.faults.add(
            Fault('compute', 'aggregates', error=error, times=FOR_EVER)
        )

    def test_they_are_read_before_the_host_fails(self):
        self.aggregate(**SHARED)
        self.boot('on-disk', **IMAGE)
        self.given(0)
        self.unreadable(FORBIDDEN)
        self.world.run(FRESH / 3)
        self.world.lose('h1')
        before = self.calls()
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATED)
        self.assert_rows({'on-disk': 'succeeded'})
        self.assertLessEqual(self.calls() - before, 1)  # in advance

    def test_an_old_reading_has_to_do_and_is_told(self):
        self.aggregate(**SHARED)
        self.boot('on-disk', **IMAGE)
        self.given(0)
        self.unreadable(NOVA_AWAY)
        self.world.run(FRESH + 30)
        self.world.lose('h1')
        self.world.fence('h1')
        self.world.until_state('h1', S.EVACUATED)
        self.assert_rows({'on-disk': 'succeeded'})
        self.assertIn('s before: nova does not', self.row('on-disk').decision)

    def test_a_nova_that_is_silent_is_asked_until_it_answers(self):
        self.aggregate(**SHARED)
        self.boot('on-disk', **IMAGE)
        fault = self.unreadable(NOVA_AWAY)
        self.given(0)
        self.world.run(KEPT)
        self.world.lose('h1')
        self.world.fence('h1')
        self.world.run(30)
        self.assert_state(S.EVACUATING)
        self.world.back(fault)
        self.world.until_state('h1', S.EVACUATED)
        self.assert_rows({'on-disk': 'succeeded'})

    def test_what_is_forbidden_fails_aloud_and_loses_nothing(self):
        self.aggregate(**SHARED)
        self.boot('on-disk', **IMAGE)
        self.boot('on-volume')
        fault = self.unreadable(FORBIDDEN)
        self.lost()
        self.world.until_state('h1', S.EVACUATION_FAILED)
        self.assert_rows({'on-volume': 'succeeded', 'on-disk': 'failed'})
        self.assertIn('may not list', self.row('on-disk').message)
        self.assert_alarmed('1 failed')
        self.world.back(fault)
        self.world.run(60)
        self.world.daemon.ask(
            lambda: self.world.daemon.engine.operator.retry(
                self.world.recovery('h1').uuid, 'an operator'
            )
        )
        self.world.until_state('h1', S.EVACUATED)
        self.assert_rows({'on-volume': 'succeeded', 'on-disk': 'succeeded'})


class Glance:
    """Images with properties; counts what it is asked."""

    def __init__(self, **images):
        self.images = images
        self.error = None
        self.asked = []

    def properties(self, image):
        self.asked.append(image)
        if self.error:
            raise self.error
        return self.images[image]


class ImagesTest(WorldTest):
    def setUp(self):
        super().setUp()
        self.glance = Glance(
            i1={'os_type': 'windows'}, i2={'nova_ha:evacuate': 'no'}
        )
        self.rules = Rules(
            [rule({Q.EVACUATE: False}, image={'os_type': ('windows',)})]
        )

    def decide(self, *images):
        policy = RulesPolicy(
            lambda: self.rules,
            self.world.nova,
            self.world.timeline,
            self.glance,
        )
        return policy.decide(
            'h1',
            [
                data.instance(uuid=f'u{number}', image=image)
                for number, image in enumerate(images)
            ],
        )

    def test_each_is_asked_for_once(self):
        found = self.decide('i1', 'i2', 'i1', None)
        self.assertEqual(
            [False, True, False, True],
            [found[f'u{number}'].evacuate for number in range(4)],
        )
        self.assertEqual(['i1', 'i2'], self.glance.asked)

    def test_nobody_asks_where_no_rule_does(self):
        self.rules = Rules()
        self.decide('i1', 'i2')
        self.assertEqual([], self.glance.asked)

    def test_a_glance_that_is_silent_is_asked_once(self):
        self.glance.error = NOVA_AWAY
        found = self.decide('i1', 'i2', None)
        self.assertEqual(['i1'], self.glance.asked)
        self.assertFalse(found['u0'].evacuate)
        self.assertIn('image i1 cannot be read', found['u1'].unsure)
        self.assertTrue(found['u2'].evacuate)

    def test_an_image_that_is_gone_does_not_hide_the_others(self):
        properties = ImageProperties(self.glance, self.world.timeline)
        self.glance.error = errors.RecoveryError('no image i1')
        self.assertIsInstance(properties.of(['i1'])['i1'], Unread)
        self.glance.error = None
        found = properties.of(['i1', 'i2'])
        self.assertEqual({'os_type': 'windows'}, found['i1'])
        self.world.run(300)
        properties.of(['i1', 'i2'])
        self.assertEqual(['i1', 'i1', 'i2'], self.glance.asked)
        self.world.run(301)
        properties.of(['i2'])
        self.assertEqual(['i1', 'i1', 'i2', 'i2'], self.glance.asked)

    def test_without_glance(self):
        found = ImageProperties(None, self.world.timeline).of(['i1'])
        self.assertIsInstance(found['i1'], Unread)


class UncertainDiskTest(PolicyWorldTest):
    def test_disks_that_wait_for_what_is_not_carried_out_are_kept(self):
        self.world.rules = Rules([rule({Q.DISK: Disk(DiskPolicy.SNAPSHOT)})])
        self.boot('on-disk', **IMAGE)
        self.lost()
        self.world.until_state('h1', S.EVACUATED)
        row = self.row('on-disk')
        self.assertIs(EvacuationState.SKIPPED, row.state)
        self.assertEqual(0, self.asked('on-disk'))
