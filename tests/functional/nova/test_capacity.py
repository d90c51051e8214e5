# SPDX-License-Identifier: Apache-2.0
"""What the command says beforehand, and what nova then does.

The command runs as an operator runs it, in a process of its own; nova and
Placement answer it on loopback.
"""

import json
import pathlib
import subprocess
import sys

import fixtures
from placement import deploy

from tests.functional.nova import base
from tests.functional.nova import front

SLOTS = 3
"""So many of the flavor used here fit on an empty host, by memory."""


class CapacityTestCase(base.NovaTestCase):
    compute_driver = 'fake.MediumFakeDriver'

    def setUp(self):
        super().setUp()
        conf = self.placement.fixture.conf_fixture.conf
        self.placement_front = front.Front(deploy.loadapp(conf)).start()
        self.addCleanup(self.placement_front.stop)
        self.front._app = self._as_admin(self.front._app)
        directory = self.useFixture(fixtures.TempDir()).path
        self.file = pathlib.Path(directory, 'nova-ha.conf')
        self.file.write_text(
            '[nova]\n'
            'auth_type = admin_token\n'
            f'endpoint = {self.front.url}\n'
            'token = admin\n'
            f'endpoint_override = {self.front.url}\n'
            '[placement]\n'
            'endpoint_override = '
            f'{self.placement_front.url.removesuffix("/v2.1")}\n'
        )
        self.flavor = self._create_flavor(disk=1, ephemeral=0)

    def _as_admin(self, app):
        """Nova's stub of keystone reads headers, which no token has."""

        def with_headers(environ, start_response):
            if environ.get('HTTP_X_AUTH_TOKEN') == 'admin':
                environ.setdefault('HTTP_X_AUTH_USER', 'nova-ha')
                environ.setdefault('HTTP_X_AUTH_PROJECT_ID', self.project)
                environ.setdefault('HTTP_X_ROLES', 'admin')
            return app(environ, start_response)

        return with_headers

    def command(self, *arguments):
        """Return the exit code and what it says."""
        self.placement_front.forget()
        done = subprocess.run(
            [
                sys.executable,
                *('-m', 'nova_ha.cmd.manage', '--config-file', self.file),
                *('capacity', '-f', 'json', *arguments),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        self.assertEqual('', done.stderr)
        return done.returncode, json.loads(done.stdout)

    def predict(self, host='host1'):
        code, said = self.command('--host', host)
        (found,) = said['hosts']
        self.assertEqual([host], found['hosts'])
        self.assertEqual(('yes', 'perhaps', 'no')[code], found['verdict'])
        return found

    def put(self, host, count=1, flavor=None, zone=None, group=None):
        """Boot some on the host; return their uuids."""
        uuids = []
        for _ in range(count):
            server = self._build_server(
                networks='none',
                host=host,
                flavor_id=flavor or self.flavor,
                az=zone,
            )
            body = {'server': server}
            if group:
                body['os:scheduler_hints'] = {'group': group}
            uuids.append(self.api.post_server(body)['id'])
        for uuid in uuids:
            built = self.wait_until(
                lambda uuid=uuid: self.at_rest(uuid), f'{uuid} built'
            )
            self.assertEqual('active', built.vm_state, built.fault)
        return uuids

    def at_rest(self, uuid):
        found = self.gateway.instance(uuid)
        return (
            found.vm_state != 'building' and found.task_state is None and found
        )

    def lose(self, host='host1'):
        """Let the host fail, evacuate it; return who came where."""
        uuids = [instance.uuid for instance in self.gateway.instances(host)]
        self.fail_host(host)
        before = {m.id for m in self.gateway.migrations(host)}
        for number, uuid in enumerate(uuids, 1):
            self.gateway.evacuate(uuid, self.proof(host))
            self.wait_until(
                lambda number=number: (
                    len(self.records(host, before)) == number
                    and all(
                        m.raw_status in {'done', 'error'}
                        for m in self.records(host, before)
                    )
                ),
                f'end of {uuid}',
            )
        return {m.instance: m.target for m in self.records(host, before)}

    def records(self, host, before):
        return [m for m in self.gateway.migrations(host) if m.id not in before]

    def bring_back(self, host='host1'):
        self.restart_compute_service(self.computes[host])
        self.wait_until(
            lambda: all(
                m.raw_status in {'completed', 'error'}
                for m in self.gateway.migrations(host)
            ),
            'records completed',
        )
        service = self.gateway.service(host)
        self.gateway.enable(self.gateway.force_up(service))
        # A nova-compute that is just starting may write down last that it is
        # disabled. Its next look at its resources mends that, or else being
        # told so once more: nova has been seen to need it.
        provider = self._get_provider_uuid_by_host(host)

        def usable():
            self._run_periodics()
            traits = self._get_provider_traits(provider)
            if 'COMPUTE_STATUS_DISABLED' not in traits:
                return True
            service = self.gateway.service(host)
            self.gateway.enable(self.gateway.disable(service, 'once more'))
            return False

        self.wait_until(usable, f'{host} enabled in Placement', every=0.5)

    def assert_as_predicted(self, sure, of, host='host1'):
        """The command promises so many, and nova places just these."""
        found = self.predict(host)
        self.assertEqual(
            (of, sure, sure, sure),
            (
                found['instances'],
                found['sure'],
                found['likely'],
                found['at_most'],
            ),
            found,
        )
        targets = self.lose(host)
        placed = {uuid for uuid, target in targets.items() if target}
        self.assertEqual(sure, len(placed), targets)
        self.assertEqual(of, len(targets))
        self.assertEqual(
            of - sure, len(found['left']), 'those left are explained'
        )
        return found, targets

    def test_until_an_evacuation_fails(self):
        """Six places beside host1: instances pile up until they are gone."""
        places = 2 * SLOTS
        for number in (2, 3):
            self.put('host1', number)
            self.assert_as_predicted(number, number)
            places -= number
            self.bring_back()
        self.assertEqual(1, places)

        self.put('host1', 2)
        code, said = self.command()
        self.assertEqual((2, 0), (code, said['bears']))
        found, targets = self.assert_as_predicted(1, 2)
        (left,) = found['left']
        self.assertEqual('2 with too little MEMORY_MB', left['why'])
        (stranded,) = [u for u, target in targets.items() if not target]
        # Nova ends the record first.
        instance = self.wait_until(
            lambda: (found := self.gateway.instance(stranded)).fault and found,
            'fault',
        )
        self.assertEqual('error', instance.vm_state)
        self.assertIn('No valid host was found', instance.fault)
        # It is told of the stranded one as long as it is.
        self.assertEqual(
            (1, 0, 0),
            tuple(
                self.predict()[name]
                for name in ('instances', 'sure', 'at_most')
            ),
        )

    def test_requests_are_few(self):
        self.put('host2', 2)
        code, said = self.command()
        # Two of the three may go: the third still has room for two.
        self.assertEqual((0, 2), (code, said['bears']))
        asked = [str(request) for request in self.placement_front.requests]
        # The list, the traits that it knows, who has each of two, and two
        # requests for each provider.
        self.assertEqual(2 * len(self.hosts) + 4, len(asked), asked)
        self.assertGreater(said['cost']['requests'], len(asked))

    def test_nothing_is_changed(self):
        self.put('host1')
        self.front.forget()
        self.command()
        requests = self.front.requests + self.placement_front.requests
        self.assertEqual({'GET'}, {request.method for request in requests})

    def test_large_and_small_ones(self):
        """What is sure may be less than what comes, and never is more."""
        small = self._create_flavor(memory_mb=512, disk=1, ephemeral=0)
        self.put('host2', 2)
        self.put('host3', 2)
        self.put('host1', 6, flavor=small)
        self.put('host1', 1)
        found = self.predict()
        placed = sum(bool(target) for target in self.lose().values())
        self.assertLessEqual(found['sure'], placed)
        self.assertLessEqual(placed, found['at_most'])

    def test_a_trait(self):
        self._create_trait('CUSTOM_FAST')
        for host in ('host1', 'host2'):
            uuid = self._get_provider_uuid_by_host(host)
            traits = self._get_provider_traits(uuid)
            self._set_provider_traits(uuid, [*traits, 'CUSTOM_FAST'])
        fast = self._create_flavor(
            disk=1, ephemeral=0, extra_spec={'trait:CUSTOM_FAST': 'required'}
        )
        self.put('host2', 2)
        fasts = self.put('host1', 2, flavor=fast)
        found, targets = self.assert_as_predicted(1, 2)
        self.assertEqual({'host2', None}, {targets[uuid] for uuid in fasts})
        self.assertEqual(
            '1 with too little MEMORY_MB, 1 without trait CUSTOM_FAST',
            found['left'][0]['why'],
        )

    def test_a_disabled_host_and_one_that_is_down(self):
        self.put('host2', 2)
        service = self.gateway.service('host3')
        self.admin_api.api_put(
            f'/os-services/{service.id}', {'status': 'disabled'}
        )
        self.put('host1', 2)
        found, _ = self.assert_as_predicted(1, 2)
        self.assertEqual(
            '1 disabled, 1 with too little MEMORY_MB',
            found['left'][0]['why'],
        )
        # host1 is down now, with one instance; host2 has three.
        found, _ = self.assert_as_predicted(0, 3, host='host2')
        self.assertEqual('1 disabled, 1 down', found['left'][0]['why'])

    def test_a_zone(self):
        """Only who asked for the zone must stay there."""
        zone = self.admin_api.post_aggregate(
            {'aggregate': {'name': 'z', 'availability_zone': 'z'}}
        )
        for host in ('host1', 'host2'):
            self.admin_api.post_aggregate_action(
                zone['id'], {'add_host': {'host': host}}
            )
        self.put('host2', 2)
        self.put('host3', 1)
        asked = self.put('host1', 2, zone='z')
        found, targets = self.assert_as_predicted(1, 2)
        self.assertEqual({'host2', None}, {targets[u] for u in asked})
        self.assertIn('1 not in zone z', found['left'][0]['why'])
        self.bring_back()
        for uuid in asked:
            self.api.delete_server(uuid)
        self.wait_until(
            lambda: not self.gateway.instances('host1'), 'deletion'
        )
        free = self.put('host1', 2)
        found, targets = self.assert_as_predicted(2, 2)
        self.assertIn('host3', {targets[uuid] for uuid in free})

    def test_groups(self):
        def group(policy):
            return self.api.post_server_groups(
                {'name': policy, 'policy': policy}
            )['id']

        apart, everywhere = group('anti-affinity'), group('anti-affinity')
        together = group('affinity')
        (two,) = self.put('host1', group=apart)
        self.put('host2', group=apart)
        (three,) = self.put('host1', group=everywhere)
        self.put('host2', group=everywhere)
        self.put('host3', group=everywhere)
        (alone,) = self.put('host1', group=together)
        found, targets = self.assert_as_predicted(1, 3)
        self.assertEqual({two: 'host3', three: None, alone: None}, targets)
        self.assertEqual(
            {
                three: f'2 with others of anti-affinity group {everywhere}',
                alone: f'2 without the others of affinity group {together}',
            },
            {left['instance']: left['why'] for left in found['left']},
        )
