# SPDX-License-Identifier: Apache-2.0
"""The gateway to glance over real sockets: pages, choices and trouble.

Real glance is asked on the lab (tests/e2e/test_local_disks.py).
"""

import datetime
from urllib import parse

import testtools

from nova_ha.image import answers
from nova_ha.image import gateway
from nova_ha.recovery import errors
from tests.unit.compute import cloud

UUID = '22222222-0000-4000-8000-000000000002'


def image(uuid, hour, status='active', instance=UUID, kind='snapshot', **more):
    return {
        'id': uuid,
        'name': f'image {uuid}',
        'status': status,
        'instance_uuid': instance,
        'image_type': kind,
        'created_at': f'2026-01-02T{hour:02}:00:00Z',
        'size': 1024 if status == 'active' else None,
        'min_disk': 1,
        'min_ram': 0,
        **more,
    }


class GatewayTest(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cloud.Cloud())
        self.asked = []
        self.glance = self.gateway()

    def gateway(self, **options):
        conf = self.cloud.conf()
        conf.set_override('timeout', 10, group='glance')
        options.setdefault('endpoint_override', f'{self.cloud.url}/image')
        for name, value in options.items():
            conf.set_override(name, value, group='glance')
        return gateway.GlanceImages.from_conf(conf)

    def page(self, *images, more=False):
        def answer(handler):
            url = parse.urlsplit(handler.path)
            self.asked.append((url.path, dict(parse.parse_qsl(url.query))))
            body = {'images': list(images)}
            if more:
                body['next'] = '/v2/images?marker=elsewhere'
            handler.answer(200, body)

        self.cloud.scripts.append(answer)

    def fails(self, kind, *scripts):
        self.cloud.scripts += scripts
        return str(self.assertRaises(kind, self.glance.newest_snapshot, UUID))

    def test_one_request_and_what_is_asked(self):
        self.page(image('a', 3))
        found = self.glance.newest_snapshot(UUID)
        ((path, query),) = self.asked
        self.assertEqual('/image/v2/images', path)
        self.assertEqual(
            {
                'instance_uuid': UUID,
                'visibility': 'all',
                'sort': 'created_at:desc',
                'limit': '200',
            },
            query,
        )
        self.assertEqual(('a', UUID, 1), (found.uuid, found.instance, 1))
        self.assertEqual(
            datetime.datetime(2026, 1, 2, 3, tzinfo=datetime.UTC),
            found.created_at,
        )

    def test_none(self):
        self.page()
        self.assertIsNone(self.glance.newest_snapshot(UUID))

    def test_the_newest_active_one_else_the_newest(self):
        queued, old = image('q', 5, 'queued'), image('a', 3)
        self.page(queued, old, image('b', 2))
        self.assertEqual('a', self.glance.newest_snapshot(UUID).uuid)
        self.page(queued, image('d', 4, 'deactivated'))
        self.assertEqual('q', self.glance.newest_snapshot(UUID).uuid)

    def test_what_is_no_snapshot_is_not_taken_for_one(self):
        self.page(
            image('x', 9, kind='something'),
            {**image('y', 8), 'image_type': None},
            image('b', 1, kind='backup'),
        )
        self.assertEqual('b', self.glance.newest_snapshot(UUID).uuid)

    def test_pages(self):
        self.page(image('q', 5, 'queued'), more=True)
        self.page(image('a', 4))
        self.assertEqual('a', self.glance.newest_snapshot(UUID).uuid)
        self.assertEqual('q', self.asked[1][1]['marker'])

    def test_no_further_page_than_needed(self):
        self.page(image('a', 5), more=True)
        self.assertEqual('a', self.glance.newest_snapshot(UUID).uuid)
        self.assertEqual(1, len(self.asked))

    def test_all_at_once(self):
        self.page(image('b', 1, instance='i1', kind='backup'))
        self.page(image('s', 2, instance='i1'), image('t', 2, 'queued', 'i2'))
        found = self.glance.newest_snapshots()
        self.assertEqual(
            {'i1': 's', 'i2': 't'}, {k: v.uuid for k, v in found.items()}
        )
        self.assertEqual(
            ['backup', 'snapshot'],
            [query['image_type'] for _, query in self.asked],
        )

    def test_properties(self):
        self.cloud.scripts.append(
            lambda glance: glance.answer(
                200, image('a', 1, os_type='windows', owner='p', tags=[])
            )
        )
        self.assertEqual(
            {
                'os_type': 'windows',
                'instance_uuid': UUID,
                'image_type': 'snapshot',
            },
            self.glance.properties('a'),
        )

    # Trouble.

    def test_not_readable(self):
        text = self.fails(
            errors.ImageForbidden, lambda glance: glance.answer(403, {})
        )
        self.assertIn(f'list the snapshots of instance {UUID}', text)
        self.assertIn('get_images', text)

    def test_no_such_image(self):
        self.cloud.scripts.append(lambda glance: glance.answer(404, {}))
        error = self.assertRaises(
            errors.ImageNotFound, self.glance.properties, 'a'
        )
        self.assertIn('show image a', str(error))

    def test_glance_is_away(self):
        for script in (
            lambda glance: glance.answer(503, {}),
            lambda glance: glance.answer(429, {}),
            lambda glance: glance.drop(),
            lambda glance: glance.answer(200, b'<html>'),
            lambda glance: glance.answer(200, []),
        ):
            self.fails(errors.ImageUnavailable, script)

    def test_glance_hangs(self):
        self.glance = self.gateway(timeout=0.3)
        self.fails(errors.ImageUnavailable, lambda glance: glance.hang())

    def test_nonsense_in_a_snapshot(self):
        broken = image('a', 1)
        del broken['created_at']
        self.page(broken)
        text = self.fails(errors.ImageUnavailable)
        self.assertIn('is a proxy between?', text)

    def test_not_in_the_catalogue(self):
        self.glance = self.gateway(endpoint_override=None)
        text = self.fails(answers.ImageMisconfigured)
        self.assertIn('service_type=image', text)
        self.assertIn('[glance]', text)

    def test_options(self):
        error = self.assertRaises(
            answers.ImageMisconfigured, self.gateway, cafile='/nonexistent'
        )
        self.assertIn('[glance] cafile', str(error))
