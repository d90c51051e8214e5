# SPDX-License-Identifier: Apache-2.0
"""Whole clouds: one host, the worst ones, and how many may fail."""

import dataclasses

import testtools

from nova_ha.recovery import model as heart
from nova_ha.recovery.capacity import model
from nova_ha.recovery.capacity import survey
from tests.unit.recovery.capacity import builder


def filled(*hosts):
    """Return a cloud; ``(total, instances of 1)`` for each host."""
    return builder.Builder(
        {f'h{n}': total for n, (total, _) in enumerate(hosts)},
        [
            builder.guest(f'{n}-{i}', f'h{n}')
            for n, (_, count) in enumerate(hosts)
            for i in range(count)
        ],
    )


WORST = [
    # hosts; bears, and of the worst 1, 2, 3: instances, sure, at most
    ([(4, 2)] * 3, 1, [(2, 2, 2), (4, 2, 2), (6, 0, 0)]),
    ([(4, 1)] * 4, 3, [(1, 1, 1), (2, 2, 2), (3, 3, 3)]),
    ([(4, 4), (4, 4), (4, 0)], 1, [(4, 4, 4), (8, 4, 4), (8, 0, 0)]),
    ([(4, 4), (4, 4), (4, 4)], 0, [(4, 0, 0), (8, 0, 0), (12, 0, 0)]),
    ([(4, 3)], 0, [(3, 0, 0)]),
    ([(9, 1), (1, 1), (1, 0)], 1, [(1, 1, 1), (2, 1, 1), (2, 0, 0)]),
]


class SurveyTestCase(testtools.TestCase):
    def test_the_worst(self):
        for hosts, bears, worst in WORST:
            with self.subTest(hosts=hosts):
                found = survey.survey(filled(*hosts).cloud(), 3)
                self.assertEqual(bears, found.bears)
                self.assertEqual(
                    worst,
                    [
                        (
                            w.outlook.instances,
                            w.outlook.sure,
                            w.outlook.at_most,
                        )
                        for w in found.worst
                    ],
                )
                self.assertEqual(
                    {'every choice'}, {w.method for w in found.worst}
                )

    def test_many_hosts(self):
        """A yes is proved; what the greedy choice finds is a no."""
        found = survey.survey(filled(*[(20, 5)] * 40).cloud(), 4)
        self.assertEqual(
            [('every choice', 'yes')] * 2 + [('greedy', 'yes')] * 2,
            [(w.method, w.verdict) for w in found.worst],
        )
        self.assertEqual(4, found.bears)
        found = survey.survey(
            filled(*[(10, 10)] * 30, *[(10, 0)] * 3).cloud(), 4
        )
        self.assertEqual(
            ['yes', 'yes', 'perhaps', 'no'],
            [w.verdict for w in found.worst],
            'three are not proved, though no choice is found that fails',
        )
        self.assertEqual(2, found.bears)

    def test_a_host_without_instances_is_room_that_is_lost(self):
        built = filled((2, 2), (2, 0)).cloud()
        self.assertEqual(2, len(survey.survey(built, 1).hosts))
        (_, both) = survey.survey(built, 2).worst
        self.assertEqual((2, 0), (both.outlook.instances, both.outlook.sure))

    def test_a_host_that_is_down(self):
        """It gives no room; what is still on it needs some."""
        built = filled((4, 1), (4, 2), (4, 0), (4, 0))
        down = ('h1', 'h3')
        built.services = [
            builder.service(s.host, up=s.host not in down)
            for s in built.services
        ]
        found = survey.survey(built.cloud(), 1)
        self.assertEqual(
            [['h0'], ['h1'], ['h2']], [one.hosts for one in found.hosts]
        )
        self.assertEqual(2, builder.look(built.cloud(), 'h1').sure)
        self.assertEqual(0, builder.look(built.cloud(), 'h0', 'h2').sure)

    def test_spares(self):
        built = filled((4, 4), (4, 0))
        built.services = [
            builder.service('h0'),
            builder.service('h1', disabled=True),
        ]
        self.assertEqual(0, builder.look(built.cloud(), 'h0').sure)
        spared = built.cloud(spares=['h1'])
        self.assertEqual(4, builder.look(spared, 'h0').sure)

    def test_a_spare_for_each_host_that_fails(self):
        """Which of them is not known: the one with less room counts."""
        built = filled((4, 4), (3, 0), (2, 0), (4, 4))
        built.services = [
            builder.service(f'h{n}', disabled=n in {1, 2}) for n in range(4)
        ]
        spared = built.cloud(spares=['h1', 'h2'])
        one = builder.look(spared, 'h0')
        self.assertEqual((2, 3, 4), (one.sure, one.likely, one.at_most))
        two = builder.look(spared, 'h0', 'h3')
        self.assertEqual((5, 5, 5), (two.sure, two.likely, two.at_most))

    def test_a_spare_with_instances_is_in_use(self):
        built = filled((4, 2), (4, 1))
        built.services = [
            builder.service('h0'),
            builder.service('h1', disabled=True),
        ]
        spared = built.cloud(spares=['h1'])
        self.assertEqual(0, builder.look(spared, 'h0').at_most)

    def test_the_trait_of_a_disabled_host(self):
        built = filled((4, 4), (4, 0))
        built.providers[1] = dataclasses.replace(
            built.providers[1], traits=frozenset({model.STATUS_DISABLED})
        )
        found = builder.look(built.cloud(), 'h0')
        self.assertEqual(0, found.at_most)
        self.assertEqual('1 disabled', found.left[0].why)

    def test_cells(self):
        built = filled((4, 4), (4, 0), (4, 0))
        self.assertIn('--cells', ' '.join(built.cloud().notes))
        apart = built.cloud(cells={'h0': 'a', 'h1': 'b', 'h2': 'b'})
        self.assertNotIn('--cells', ' '.join(apart.notes))
        found = builder.look(apart, 'h0')
        self.assertEqual((0, 0), (found.sure, found.at_most))
        self.assertEqual('2 in another cell', found.left[0].why)

    def test_what_the_instances_take_now_counts_and_not_the_flavor(self):
        built = filled((8, 1), (4, 0))
        built.providers[0] = builder.provider(
            'h0', {'MEMORY_MB': 8}, {'0-0': {'MEMORY_MB': 5}}
        )
        self.assertEqual(0, builder.look(built.cloud(), 'h0').at_most)
        # Its allocation elsewhere is of an evacuation before.
        built.providers[0] = builder.provider(
            'h0', {'MEMORY_MB': 8}, {'0-0': {'MEMORY_MB': 1}}
        )
        built.providers[1] = builder.provider(
            'h1', {'MEMORY_MB': 4}, {'0-0': {'MEMORY_MB': 3}}
        )
        self.assertEqual(1, builder.look(built.cloud(), 'h0').sure)

    def test_a_host_of_several_nodes_is_not_counted(self):
        built = filled((4, 1), (4, 0))
        built.providers.append(
            dataclasses.replace(
                built.providers[1], uuid='another', root='another'
            )
        )
        cloud = built.cloud()
        self.assertEqual(0, builder.look(cloud, 'h0').at_most)
        self.assertIn('several resource providers: h1', ' '.join(cloud.notes))

    def test_a_shared_provider(self):
        built = filled((4, 1), (4, 0))
        built.providers.append(
            dataclasses.replace(
                built.providers[1],
                uuid='nfs',
                root='nfs',
                name='nfs',
                traits=frozenset({model.SHARES}),
            )
        )
        self.assertIn('(nfs)', ' '.join(built.cloud().notes))

    def test_order_may_matter(self):
        """Small ones may take what a large one needs: sure says less."""
        guests = [builder.guest(f's{n}', 'h0', memory=1) for n in range(2)] + [
            builder.guest('large', 'h0', memory=2)
        ]
        built = builder.Builder({'h0': 9, 'h1': 2, 'h2': 2}, guests)
        found = builder.look(built.cloud(), 'h0')
        self.assertEqual((2, 2, 3), (found.sure, found.likely, found.at_most))
        self.assertEqual('perhaps', found.verdict)
        self.assertEqual('2 with too little MEMORY_MB', found.left[0].why)


class GroupsTestCase(testtools.TestCase):
    def outlook(self, policy, members, per_host=1, failed=('h0',)):
        """Host by member; every host has room for all."""
        guests = [builder.guest(m, host) for m, host in members.items()]
        group = model.ServerGroup(
            'group', policy, frozenset(members), per_host
        )
        built = builder.Builder(
            dict.fromkeys(('h0', 'h1', 'h2'), 9), guests, groups=[group]
        )
        found = builder.look(built.cloud(), *failed)
        return found.instances, found.sure, found.at_most

    def test_groups(self):
        for expected, *case in [
            ((1, 1, 1), 'anti-affinity', {'a': 'h0', 'b': 'h1'}),
            ((1, 0, 0), 'anti-affinity', {'a': 'h0', 'b': 'h1', 'c': 'h2'}),
            ((1, 1, 1), 'anti-affinity', {'a': 'h0', 'b': 'h1', 'c': 'h2'}, 2),
            ((2, 1, 1), 'anti-affinity', {'a': 'h0', 'b': 'h0', 'c': 'h1'}),
            ((1, 1, 1), 'soft-anti-affinity', {'a': 'h0', 'b': 'h1'}),
            ((1, 0, 0), 'affinity', {'a': 'h0'}),
            ((2, 0, 0), 'affinity', {'a': 'h0', 'b': 'h0'}),
            ((1, 1, 1), 'affinity', {'a': 'h0', 'b': 'h1'}),
            ((1, 1, 1), 'soft-affinity', {'a': 'h0'}),
            (
                (2, 1, 1),
                'anti-affinity',
                {'a': 'h0', 'b': 'h1'},
                1,
                ('h0', 'h1'),
            ),
        ]:
            with self.subTest(case=case):
                self.assertEqual(expected, self.outlook(*case))


class NotesTestCase(testtools.TestCase):
    def test_a_zone_that_nova_does_not_tell(self):
        zones = {
            'z1': heart.Aggregate(1, 'z1', 'z1', frozenset({'h0'}), {}),
        }
        guest = builder.guest('g', 'h0', zone='z1', zone_known=False)
        built = builder.Builder({'h0': 1, 'h1': 1}, [guest], zones)
        found = builder.look(built.cloud(), 'h0')
        self.assertEqual((0, 1), (found.sure, found.at_most))
        self.assertIn('2.96', ' '.join(built.cloud().notes))
