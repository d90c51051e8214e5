# SPDX-License-Identifier: Apache-2.0
"""What putting a snapshot back rests on, by real nova.

Glance is nova's own fixture here; real glance is asked on the lab.
"""

from nova.tests import fixtures as nova_fixtures

from nova_ha.recovery import errors
from tests.functional.nova import base

IMAGE = nova_fixtures.GlanceFixture.image2['id']
NO_IMAGE = '99999999-0000-4000-8000-000000000009'


class RebuildTest(base.NovaTestCase):
    hosts = ('host1', 'host2')

    def rebuilt(self, uuid):
        def at_rest():
            now = self.gateway.instance(uuid)
            return now if now.task_state is None else None

        return self.wait_until(at_rest, 'end of the rebuild')

    def test_the_image_tells_that_a_request_was_taken(self):
        (uuid,) = self.boot(1)
        before = self.gateway.instance(uuid)
        self.front.forget()
        self.gateway.rebuild(uuid, IMAGE)
        self.assertEqual(1, len(self.asked()), self.asked())
        # From the first moment on, at work or not.
        self.assertEqual(IMAGE, self.gateway.instance(uuid).image)
        after = self.rebuilt(uuid)
        self.assertEqual(
            (before.host, 'active', IMAGE, before.metadata, before.addresses),
            (
                after.host,
                after.vm_state,
                after.image,
                after.metadata,
                after.addresses,
            ),
        )
        self.assertGreater(after.ram_mb, 0)

    def test_a_stopped_one_ends_stopped(self):
        (uuid,) = self.boot(1)
        self.gateway.stop(uuid)
        self.wait_until(
            lambda: self.gateway.instance(uuid).vm_state == 'stopped', 'stop'
        )
        self.gateway.rebuild(uuid, IMAGE)
        self.wait_until(
            lambda: (
                (now := self.gateway.instance(uuid)).vm_state == 'stopped'
                and now.task_state is None
                and now.image == IMAGE
            ),
            'end of the rebuild, stopped',
        )

    def test_an_image_that_is_not_there_changes_nothing(self):
        (uuid,) = self.boot(1)
        before = self.gateway.instance(uuid)
        error = self.assertRaises(
            errors.ComputeRefused, self.gateway.rebuild, uuid, NO_IMAGE
        )
        self.assertEqual(400, error.code)
        self.assertEqual(before, self.gateway.instance(uuid))

    def test_a_paused_one_is_refused(self):
        (uuid,) = self.boot(1)
        self.api.post_server_action(uuid, {'pause': None})
        self.wait_until(
            lambda: self.gateway.instance(uuid).vm_state == 'paused', 'pause'
        )
        error = self.assertRaises(
            errors.ComputeRefused, self.gateway.rebuild, uuid, IMAGE
        )
        self.assertEqual(409, error.code)
