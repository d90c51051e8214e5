# SPDX-License-Identifier: Apache-2.0
"""Who may go where, and what fits: tables."""

import testtools

from nova_ha.recovery import model as heart
from nova_ha.recovery.capacity import model
from nova_ha.recovery.capacity import reach
from nova_ha.recovery.capacity import room
from tests.unit.recovery.capacity import builder

INVENTORIES = [
    # total, reserved, ratio, min, max, step, used; amount, fits
    (8, 0, 1.0, 1, 8, 1, 0, 8, True),
    (8, 1, 1.0, 1, 8, 1, 0, 8, False),
    (8, 1, 1.0, 1, 8, 1, 0, 7, True),
    (8, 0, 1.0, 1, 8, 1, 1, 8, False),
    (8, 0, 2.0, 1, 8, 1, 8, 8, True),
    (8, 0, 2.0, 1, 8, 1, 0, 9, False),
    (3, 0, 1.5, 1, 9, 1, 0, 4, True),
    (3, 0, 1.5, 1, 9, 1, 0, 5, False),
    (8, 2, 1.5, 1, 9, 1, 0, 9, True),
    (8, 0, 1.0, 2, 8, 1, 0, 1, False),
    (8, 0, 1.0, 1, 8, 4, 0, 4, True),
    (8, 0, 1.0, 1, 8, 4, 0, 6, False),
    (8, 0, 1.0, 1, 8, 1, 9, 1, False),
]


class RoomTestCase(testtools.TestCase):
    def test_inventories(self):
        for *fields, used, amount, fits in INVENTORIES:
            with self.subTest(fields=fields, used=used, amount=amount):
                tree = [
                    builder.provider(
                        'h',
                        {'VCPU': model.Inventory(*fields)},
                        {'consumer': {'VCPU': used}},
                    )
                ]
                wanted = room.need({'VCPU': amount})
                self.assertEqual(fits, room.fits(room.strict(tree), wanted))
                self.assertEqual(
                    [] if fits else ['VCPU'],
                    room.lacking(room.strict(tree), wanted),
                )

    def test_a_class_that_is_not_there(self):
        tree = [builder.provider('h', {'VCPU': 8})]
        self.assertFalse(
            room.fits(room.strict(tree), room.need({'CUSTOM_GOLD': 1}))
        )

    def test_nothing_needed(self):
        self.assertEqual((), room.need({'DISK_GB': 0}))

    def test_several_providers_of_a_class(self):
        """From one of them for sure, from all at most."""
        tree = [
            builder.provider('h', {'VGPU': total}, {'c': {'VGPU': used}})
            for total, used in ((4, 1), (2, 0), (1, 3))
        ]
        self.assertEqual(3, room.strict(tree)['VGPU'].free)
        self.assertEqual(5, room.hopeful(tree)['VGPU'].free)


def aggregate(*hosts, zone='', **metadata):
    return heart.Aggregate(1, 'name', zone, frozenset(hosts), metadata or {})


AGGREGATES = {
    'z1': aggregate(zone='zone1'),
    'z2': aggregate(zone='zone2'),
    'tenant': aggregate(filter_tenant_id='p1,p2'),
    'tenant2': aggregate(filter_tenant_id_2='p3'),
    'fast': heart.Aggregate(
        2, 'fast', '', frozenset(), {'trait:CUSTOM_FAST': 'required'}
    ),
    'ssd': aggregate(ssd='true'),
}
FAST = {'trait:CUSTOM_FAST': 'required'}
NOT_FAST = {'trait:CUSTOM_FAST': 'forbidden'}
SSD = {'aggregate_instance_extra_specs:ssd': 'true'}
OTHERS = 'in an aggregate for instances with other traits'
METADATA = "without the aggregate metadata of the flavor's extra specs"

REFUSALS = [
    # guest, host, refused strictly, refused hopefully
    ({}, {}, None, None),
    ({}, {'up': False}, 'down', 'down'),
    ({}, {'enabled': False}, 'disabled', 'disabled'),
    ({}, {'enabled': False, 'spare': True}, None, None),
    ({}, {'up': False, 'spare': True}, 'down', 'down'),
    ({}, {'cell': 'c2'}, 'in another cell', 'in another cell'),
    ({'zone': 'zone1'}, {}, 'not in zone zone1', 'not in zone zone1'),
    ({'zone': 'zone1'}, {'aggregates': {'z1'}}, None, None),
    ({'zone': 'zone1'}, {'aggregates': {'z2'}}, *['not in zone zone1'] * 2),
    ({'zone': 'zone1'}, {'spare': True}, None, None),
    (
        {'zone': 'zone1'},
        {'spare': True, 'aggregates': {'z2'}},
        *['not in zone zone1'] * 2,
    ),
    ({'zone': 'nova'}, {'aggregates': {'z1'}}, None, None),
    ({'zone': 'zone1', 'zone_known': False}, {}, 'not in zone zone1', None),
    ({'extra_specs': FAST}, {}, *['without trait CUSTOM_FAST'] * 2),
    (
        {'extra_specs': FAST},
        {'traits': {'CUSTOM_FAST'}, 'tree_traits': {'CUSTOM_FAST'}},
        None,
        None,
    ),
    (
        {'extra_specs': FAST},
        {'tree_traits': {'CUSTOM_FAST'}},
        'without trait CUSTOM_FAST',
        None,
    ),
    (
        {'extra_specs': {'trait_GPU:CUSTOM_BIG': 'required'}},
        {},
        *['without trait CUSTOM_BIG'] * 2,
    ),
    (
        {'extra_specs': NOT_FAST},
        {'tree_traits': {'CUSTOM_FAST'}},
        'with trait CUSTOM_FAST',
        None,
    ),
    (
        {'extra_specs': NOT_FAST},
        {'traits': {'CUSTOM_FAST'}, 'tree_traits': {'CUSTOM_FAST'}},
        *['with trait CUSTOM_FAST'] * 2,
    ),
    ({'project': 'p1'}, {}, "not in the project's aggregates", None),
    ({'project': 'p1'}, {'aggregates': {'tenant'}}, None, None),
    ({'project': 'p3'}, {'aggregates': {'tenant2'}}, None, None),
    (
        {'project': 'p4'},
        {'aggregates': {'tenant'}},
        'kept for other projects',
        None,
    ),
    ({}, {'aggregates': {'fast'}}, OTHERS, None),
    ({'extra_specs': SSD}, {'aggregates': {'ssd'}}, None, None),
    ({'extra_specs': SSD}, {}, METADATA, None),
]


class ReachTestCase(testtools.TestCase):
    def test_refusals(self):
        known = reach.rules(AGGREGATES)
        for guest, host, strictly, hopefully in REFUSALS:
            with self.subTest(guest=guest, host=host):
                asked = reach.terms(builder.guest('g', 'h', **guest), '')
                standing = reach.Standing(
                    **{'name': 'o', 'up': True, 'enabled': True}
                    | {
                        name: frozenset(value)
                        if isinstance(value, set)
                        else value
                        for name, value in host.items()
                    }
                )
                self.assertEqual(
                    (strictly, hopefully),
                    (
                        reach.refusal(asked, standing, known, True),
                        reach.refusal(asked, standing, known, False),
                    ),
                )
