# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage snapshots report, on a nova and a glance of a few lines."""

import contextlib
import datetime
import io
import json
import pathlib

import fixtures
import testtools

from nova_ha.cmd import manage
from tests.unit.compute import cloud


def server(uuid, **more):
    return {
        'id': uuid,
        'name': f'name-{uuid}',
        'OS-EXT-SRV-ATTR:host': 'host1',
        'OS-EXT-STS:vm_state': 'active',
        'OS-EXT-STS:task_state': None,
        'image': {'id': 'i'},
        'flavor': {'original_name': 'small', 'disk': 10, 'ram': 512},
        **more,
    }


def image(uuid, instance, hours, **more):
    now = datetime.datetime.now(datetime.UTC)
    at = now - datetime.timedelta(hours=hours)
    return {
        'id': uuid,
        'status': 'active',
        'instance_uuid': instance,
        'image_type': 'snapshot',
        'created_at': at.strftime('%Y-%m-%dT%H:%M:%SZ'),
        'size': 1024,
        **more,
    }


class ReportTest(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cloud.Cloud())
        self.servers = [
            server('young'),
            server('old'),
            server('none'),
            server('volume', image=''),
        ]
        self.images = [image('s1', 'young', 1), image('s2', 'old', 30)]

    def answers(self, status=200):
        def nova(body):
            return lambda handler: handler.answer(200, body)

        self.cloud.scripts += [
            nova(cloud.version('2.100')),
            nova({'services': [cloud.SERVICE]}),
            nova({'servers': self.servers}),
            lambda handler: handler.answer(status, {'images': []}),
            lambda handler: handler.answer(status, {'images': self.images}),
        ]

    def report(self, *words, status=200):
        self.answers(status)
        options = {
            'auth_type': 'password',
            'auth_url': f'{self.cloud.url}/v3',
            'username': 'nova-ha',
            'password': 'secret',
            'project_name': 'service',
            'user_domain_id': 'default',
            'project_domain_id': 'default',
        }
        lines = ''.join(f'{k} = {v}\n' for k, v in options.items())
        path = pathlib.Path(self.useFixture(fixtures.TempDir()).path, 'conf')
        path.write_text(
            f'[nova]\n{lines}[glance]\n'
            f'endpoint_override = {self.cloud.url}/image\n'
        )
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = manage.main(
                ['--config-file', str(path), 'snapshots', 'report', *words]
            )
        return code, out.getvalue(), err.getvalue()

    def test_those_at_risk_first(self):
        code, out, err = self.report('--format', 'json')
        self.assertEqual(1, code)
        self.assertIn('1 of 3 instances', err)
        rows = json.loads(out)
        self.assertEqual(
            ['none', 'old', 'young'], [row['instance'] for row in rows]
        )
        self.assertEqual([None, 's2', 's1'], [row['snapshot'] for row in rows])
        self.assertAlmostEqual(3600, rows[2]['age_seconds'], delta=120)

    def test_all_is_well(self):
        del self.servers[2]
        code, out, err = self.report('--host', 'host1')
        self.assertEqual((0, ''), (code, err))
        self.assertIn('the last 1 d 6 h', out)
        self.assertLess(out.index('name-old'), out.index('name-young'))

    def test_too_old(self):
        del self.servers[2]
        code, out, _ = self.report('--max-age', '86400')
        self.assertEqual(1, code)
        self.assertIn('everything: its newest snapshot s2 is 1 d 6 h', out)

    def test_unknown_host(self):
        code, _, err = self.report('--host', 'nosuch')
        self.assertEqual(1, code)
        self.assertIn('nova knows no nova-compute on nosuch', err)

    def test_glance_refuses(self):
        code, out, err = self.report(status=403)
        self.assertEqual((1, ''), (code, out))
        self.assertIn('may not list the snapshots of all', err)
