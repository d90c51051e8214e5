# SPDX-License-Identifier: Apache-2.0
"""What would become of one instance, by its uuid or its name."""

import unittest

from nova_ha.inspection.servers import ServerLook
from nova_ha.recovery import errors
from tests.simulator.policy import SimPolicy
from tests.simulator.world import World
from tests.unit.inspection.test_hosts import Counting

UUID = '11111111-2222-4333-8444-555555555555'


class ServerLookTest(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.world = World(2)
        self.addCleanup(self.world.close)
        self.nova = Counting(self.world.nova)
        self.look = ServerLook(self.nova, SimPolicy())

    def test_by_name(self):
        server = self.world.nova.boot('h1', name='web 1')
        self.assertEqual(server.uuid, self.look.one('web 1').uuid)

    def test_by_uuid(self):
        server = self.world.nova.boot('h1', name='web')
        self.world.nova.servers[UUID] = server
        self.assertEqual('web', self.look.one(UUID).name)
        self.assertEqual(['instance'], self.nova.asked)

    def test_name_may_look_like_a_uuid(self):
        server = self.world.nova.boot('h1', name=UUID)
        self.assertEqual(server.uuid, self.look.one(UUID).uuid)

    def test_nobody_has_the_uuid(self):
        with self.assertRaisesRegex(errors.ComputeNotFound, f'or name {UUID}'):
            self.look.one(UUID)
        self.assertEqual(['instance', 'named'], self.nova.asked)

    def test_nobody_has_the_name(self):
        with self.assertRaisesRegex(errors.ComputeNotFound, 'or name web-9'):
            self.look.one('web-9')

    def test_several_have_the_name(self):
        one = self.world.nova.boot('h1', name='web')
        other = self.world.nova.boot('h2', name='other')
        other.name = 'web'
        with self.assertRaisesRegex(
            errors.ComputeAmbiguous,
            f'2 servers have the name web; .*{other.uuid}, {one.uuid}',
        ):
            self.look.one('web')
