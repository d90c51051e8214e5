# SPDX-License-Identifier: Apache-2.0
"""What people ask over HTTP, answered by real nova and a real store."""

import dataclasses
import getpass
import json
import pathlib
import subprocess
import sys
from urllib import parse

import fixtures
import jsonschema
from oslo_config import cfg
from placement import deploy

from nova_ha import conf as options
from nova_ha.api import server
from nova_ha.cmd.insight import Insight
from nova_ha.cmd.local_fencing import LocalFencing
from nova_ha.engine.policy import RulesPolicy
from nova_ha.pacemaker import client
from nova_ha.recovery.states import RecoveryState
from nova_ha.rules import RulesFile
from tests.functional.nova import base
from tests.functional.nova import controller
from tests.functional.nova import front
from tests.unit.api.test_resources import operation_of

NOBODY = '6f1c3b8e-0000-4000-8000-00000000dead'


class InsightTestCase(base.NovaTestCase):
    compute_driver = 'fake.MediumFakeDriver'
    hosts = ('host1', 'host2', 'host3')

    def setUp(self):
        super().setUp()
        conf = self.placement.fixture.conf_fixture.conf
        self.placement_front = front.Front(deploy.loadapp(conf)).start()
        self.addCleanup(self.placement_front.stop)
        self.front._app = self._as_admin(self.front._app)
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.socket = self.directory / 'fencer.sock'
        self.conf = self._configuration()
        self.controller = controller.Controller(
            self.gateway, ('host1', 'host2', 'host4'), self.directory
        )
        self.addCleanup(self.controller.stop)
        self._serve()

    def _as_admin(self, app):
        """Nova's stub of keystone reads headers, which no token has."""

        def with_headers(environ, start_response):
            if environ.get('HTTP_X_AUTH_TOKEN') == 'admin':
                environ.setdefault('HTTP_X_AUTH_USER', 'nova-ha')
                environ.setdefault('HTTP_X_AUTH_PROJECT_ID', self.project)
                environ.setdefault('HTTP_X_ROLES', 'admin')
            return app(environ, start_response)

        return with_headers

    def _configuration(self):
        """Return the configuration of a file; children read it, too."""
        self.file = self.directory / 'nova-ha.conf'
        self.file.write_text(
            '[nova]\n'
            'auth_type = admin_token\n'
            f'endpoint = {self.front.url}\n'
            'token = admin\n'
            f'endpoint_override = {self.front.url}\n'
            '[placement]\n'
            'endpoint_override = '
            f'{self.placement_front.url.removesuffix("/v2.1")}\n'
            '[fencer]\n'
            f'socket = {self.socket}\n'
            f'socket_owner = {getpass.getuser()}\n'
            'socket_group = root\n'
        )
        conf = cfg.ConfigOpts()
        options.register_opts(conf)
        conf([f'--config-file={self.file}'], project='nova-ha')
        return conf

    def _serve(self):
        engine, world = self.controller.engine, self.controller.world
        rules = RulesFile(self.conf.policy.rules_file)
        policy = RulesPolicy(rules.rules, world.compute, world.clock)
        world = dataclasses.replace(world, policy=policy)
        insight = Insight(
            self.conf,
            world,
            lambda: engine.modes.standing,
            lambda device: f'the {device.driver}',
        )
        fencing = LocalFencing(
            engine, world, lambda: self.controller.settings, insight
        )
        api = server.LocalApi(self.conf, fencing)
        api.start()
        self.addCleanup(api.stop, 5)

    def ask(self, method, path, body=None):
        found = client.ask(str(self.socket), method, path, body, 120)
        schema = operation_of(method, path.partition('?')[0]).answer
        jsonschema.Draft202012Validator(schema).validate(found)
        return found

    def get(self, path, **query):
        if query:
            path = f'{path}?{parse.urlencode(query)}'
        return self.ask('GET', path)

    def refused(self, code, method, path, body=None):
        error = self.assertRaises(client.Refused, self.ask, method, path, body)
        self.assertEqual(code, error.code, error)
        return str(error)

    def manage(self, *arguments):
        """Return what the command prints as JSON."""
        done = subprocess.run(
            [
                sys.executable,
                *('-m', 'nova_ha.cmd.manage', '--config-file', self.file),
                *(*arguments, '-f', 'json'),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return json.loads(done.stdout)

    def test_hosts_in_detail_with_one_request_to_nova(self):
        self.gateway.disable(self.gateway.service('host2'), 'new disks')
        self.front.forget()
        found = {
            host['name']: host
            for host in self.get('/v1/hosts', detail='true')['hosts']
        }
        self.assertEqual(1, self.asked().count('GET /os-services'))
        self.assertEqual(['host1', 'host2', 'host4', 'host3'], list(found))
        self.assertEqual(
            {
                'state': 'up',
                'status': 'enabled',
                'forced_down': False,
                'disabled_reason': None,
                'zone': 'nova',
                'instances': None,
            },
            found['host1']['nova'],
        )
        self.assertTrue(found['host1']['protected'])
        self.assertTrue(found['host2']['protected'])
        self.assertIn('disabled (new disks)', found['host2']['why'][0])
        self.assertIn('hosts file does not name it', found['host3']['why'][0])
        self.assertIn('shows no nova-compute', found['host4']['why'][0])
        self.assertIsNone(found['host4']['nova'])

    def test_one_host_and_its_instances(self):
        self.boot(2)
        for name in ('host1', 'node-host1'):
            found = self.get(f'/v1/hosts/{name}')['host']
            self.assertEqual(2, found['nova']['instances'])
        self.refused('host.unknown', 'GET', '/v1/hosts/host9')

    def test_explained_as_by_the_command(self):
        uuids = self.boot(2)
        [one] = self.get(f'/v1/servers/{uuids[0]}/explain')['instances']
        self.assertEqual(self.manage('explain', uuids[0]), [one])
        for name in ('host1', 'node-host1'):
            found = self.get(f'/v1/hosts/{name}/explain')['instances']
            self.assertEqual(set(uuids), {i['uuid'] for i in found})
        self.assertEqual([], self.get('/v1/hosts/host3/explain')['instances'])
        self.refused('compute.not-found', 'GET', '/v1/hosts/host9/explain')
        for nobody in (NOBODY, 'no-such-name'):
            path = f'/v1/servers/{nobody}/explain'
            self.refused('compute.not-found', 'GET', path)

    def test_explained_by_name(self):
        uuids = self.boot(2)
        names = [
            i['name'] for i in self.get('/v1/hosts/host1/explain')['instances']
        ]
        path = f'/v1/servers/{names[0]}/explain'
        if names[0] != names[1]:
            [found] = self.get(path)['instances']
            self.assertIn(found['uuid'], uuids)
        else:
            self.refused('compute.ambiguous', 'GET', path)

    def test_capacity_as_by_the_command(self):
        self.boot(2)
        expected = self.manage('capacity', '--worst', '2')
        found = self.get('/v1/capacity', hosts=2)['capacity']
        self.assertEqual(2, len(found['worst']))
        for told in (found, expected):
            told['cost'].pop('seconds')
        self.assertEqual(expected, found)
        # A while later it would be asked again; now it need not.
        self.front.forget()
        self.get('/v1/capacity', hosts=2)
        self.assertEqual([], self.asked())

    def test_snapshots_as_by_the_command(self):
        [uuid] = self.boot(1)
        [found] = self.get('/v1/snapshots')['snapshots']
        self.assertEqual(uuid, found['instance'])
        self.assertEqual(self.manage('snapshots', 'report'), [found])

    def test_snapshots_without_glance(self):
        # What is in the file by then is read by whoever looks.
        with self.file.open('a') as file:
            file.write('[glance]\nendpoint_override = http://127.0.0.1:9\n')
        said = self.refused('image.unavailable', 'GET', '/v1/snapshots')
        self.assertIn('cannot list the snapshots', said)

    def test_a_recovery_begun_by_hand(self):
        uuids = set(self.boot(2))
        body = {'host': 'host1', 'off': 'confirmed', 'reason': 'smoke'}
        said = self.refused('host.alive', 'POST', '/v1/recoveries', body)
        self.assertIn('powered on', said)
        self.computes['host1'].stop()
        made = self.ask('POST', '/v1/recoveries', {**body, 'off': 'driver'})
        uuid = made['recovery']['uuid']
        self.wait_until(
            lambda: (
                self.controller.store.get(uuid).state
                is RecoveryState.EVACUATED
            ),
            'host1 evacuated',
            seconds=120,
        )
        path = f'/v1/recoveries/{uuid}/evacuations'
        rows = self.get(path, state='succeeded')['evacuations']
        self.assertEqual(uuids, {row['instance'] for row in rows})
        found = self.get('/v1/hosts/host1')['host']
        self.assertEqual('evacuated', found['recovery']['state'])
        self.assertIs(True, found['nova']['forced_down'])
        self.assertIs(False, found['protected'])
