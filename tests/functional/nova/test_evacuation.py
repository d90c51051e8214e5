# SPDX-License-Identifier: Apache-2.0
"""Evacuations and their records, and the way back of the host."""

import datetime
import urllib.parse

from nova_ha.recovery import errors
from nova_ha.recovery import states
from nova_ha.recovery.states import MigrationStatus as Status
from tests.functional.nova import base


class EvacuationTestCase(base.NovaTestCase):
    def test_there_and_back(self):
        running, stopped = self.boot(2)
        self.api.post_server_action(stopped, {'os-stop': {}})
        self.wait_until(
            lambda: self.gateway.instance(stopped).vm_state == 'stopped',
            'stop',
        )

        service = self.fail_host()
        self.front.forget()
        request_ids = {
            self.gateway.evacuate(uuid, self.proof())
            for uuid in (running, stopped)
        }
        self.assertEqual(
            [
                f'POST /servers/{running}/action',
                f'POST /servers/{stopped}/action',
            ],
            self.asked(),
        )
        self.assertEqual(
            {'2.94'}, {r.microversion for r in self.front.requests}
        )
        self.assertEqual(
            [{'evacuate': {}}] * 2, [r.body for r in self.front.requests]
        )
        self.assertEqual(2, len(request_ids))

        records = self.wait_for_records('host1', 'done', 'done')
        self.assertEqual([running, stopped], [r.instance for r in records])
        self.assertEqual({'host1'}, {r.source for r in records})
        for record, vm_state in zip(
            records, ('active', 'stopped'), strict=True
        ):
            instance = self.gateway.instance(record.instance)
            self.assertEqual(record.target, instance.host)
            self.assertEqual(vm_state, instance.vm_state)
            self.assertIsNone(instance.task_state)
        self.assertEqual([], self.gateway.instances('host1'))

        error = self.assertRaises(
            errors.ComputeRefused, self.gateway.force_up, service
        )
        self.assertEqual(400, error.code)
        self.assertIn('Unable to force up host host1', str(error))

        self.restart_compute_service(self.computes['host1'])
        self.wait_for_records('host1', 'completed', 'completed')
        self.assertFalse(self.gateway.service('host1').up)
        self.assertTrue(self.gateway.force_up(service).up)
        self.assertFalse(self.gateway.enable(service).disabled)

    def test_refused_while_the_host_is_up(self):
        (uuid,) = self.boot(1)
        error = self.assertRaises(
            errors.ComputeRefused, self.gateway.evacuate, uuid, self.proof()
        )
        self.assertEqual(400, error.code)
        self.assertIn('Compute service of host1 is still in use.', str(error))
        self.assertEqual([], self.gateway.migrations('host1'))

    def test_a_paused_instance_is_refused(self):
        (uuid,) = self.boot(1)
        self.api.post_server_action(uuid, {'pause': {}})
        self.wait_until(
            lambda: self.gateway.instance(uuid).vm_state == 'paused', 'pause'
        )
        self.fail_host()
        error = self.assertRaises(
            errors.ComputeRefused, self.gateway.evacuate, uuid, self.proof()
        )
        self.assertEqual(409, error.code)
        self.assertIn(
            f"Cannot 'evacuate' instance {uuid} while it is in vm_state "
            'paused',
            str(error),
        )
        self.assertIn('req-', str(error))

    def test_no_room_ends_in_an_error_record(self):
        (uuid,) = self.boot(1)
        self.fail_host()
        for host in ('host2', 'host3'):
            service = self.gateway.service(host)
            self.admin_api.api_put(
                f'/os-services/{service.id}', {'status': 'disabled'}
            )
        self.gateway.evacuate(uuid, self.proof())

        (record,) = self.wait_for_records('host1', 'error')
        self.assertIs(Status.ERROR, record.status)
        self.assertIsNone(record.target)
        instance = self.wait_until(
            lambda: (found := self.gateway.instance(uuid)).fault and found,
            'fault',
        )
        self.assertEqual('host1', instance.host)
        self.assertEqual('error', instance.vm_state)
        self.assertIn('No valid host was found', instance.fault)

        # An operator makes room: the next attempt works, and ends active.
        self.gateway.enable(self.gateway.service('host2'))
        self.gateway.evacuate(uuid, self.proof())
        first, second = self.wait_for_records('host1', 'error', 'done')
        self.assertEqual(record, first)
        self.assertEqual('host2', second.target)
        self.assertEqual('active', self.gateway.instance(uuid).vm_state)

    def test_a_deleted_instance_is_not_found(self):
        (uuid,) = self.boot(1)
        self.fail_host()
        self.api.delete_server(uuid)
        self.wait_until(
            lambda: not self.gateway.instances('host1'), 'deletion'
        )
        for ask in (
            lambda: self.gateway.evacuate(uuid, self.proof()),
            lambda: self.gateway.instance(uuid),
        ):
            error = self.assertRaises(errors.ComputeNotFound, ask)
            self.assertIn(f'Instance {uuid} could not be found', str(error))

    def test_a_member_may_not(self):
        (uuid,) = self.boot(1)
        self.fail_host()
        member = self.gateway_of(
            base.Headers(self.front.url, self.project, role='member')
        )
        for ask, policy in (
            (lambda: member.evacuate(uuid, self.proof()), 'os-evacuate'),
            (lambda: member.instances('host1'), 'get_all_tenants'),
            (lambda: member.migrations('host1'), 'os-migrations:index'),
        ):
            error = self.assertRaises(errors.ComputeForbidden, ask)
            self.assertEqual(403, error.code)
            self.assertIn(policy, str(error))

    def test_a_stopped_instance_on_request(self):
        (uuid,) = self.boot(1)
        self.front.forget()
        self.gateway.stop(uuid)
        self.assertEqual([f'POST /servers/{uuid}/action'], self.asked())
        self.wait_until(
            lambda: self.gateway.instance(uuid).vm_state == 'stopped', 'stop'
        )


class RecordsTestCase(base.NovaTestCase):
    """How records are listed, with paging and without."""

    hosts = ('host1', 'host2')

    def test_filters_and_pages(self):
        uuids = self.boot(5)
        self.fail_host()
        start = datetime.datetime.now(datetime.UTC)
        for uuid in uuids:
            self.gateway.evacuate(uuid, self.proof())
        records = self.wait_for_records('host1', *['done'] * 5)
        self.assertEqual(
            sorted(r.id for r in records), [r.id for r in records]
        )
        self.assertEqual([], self.gateway.migrations('host2'))

        self.page_size = 2
        self.front.forget()
        self.assertEqual(records, self.gateway.migrations('host1'))
        self.assertEqual(['GET /os-migrations'] * 3, self.asked())
        self.page_size = 500

        self._filters(records, start)
        self._without_pages(records, start)

    def _filters(self, records, start):
        self.front.forget()
        both = states.MIGRATION_BLOCKS_RETURN - {Status.OTHER}
        self.assertEqual(
            records, self.gateway.migrations('host1', statuses=both)
        )
        self.assertEqual(['GET /os-migrations'] * 3, self.asked())
        self.assertEqual(
            [], self.gateway.migrations('host1', statuses=[Status.FAILED])
        )
        # A status of a later nova cannot be filtered for by nova.
        self.assertEqual(
            records,
            self.gateway.migrations('host1', statuses=[*both, Status.OTHER]),
        )
        self.assertEqual(records, self.gateway.migrations('host1', start))
        later = start + datetime.timedelta(hours=1)
        self.front.forget()
        self.assertEqual([], self.gateway.migrations('host1', later))
        self.assertEqual(['GET /os-migrations'], self.asked())

    def _without_pages(self, records, start):
        """2.58 knows neither limit nor changes-since: all in one answer."""
        self.front.newest = '2.58'
        old = self.gateway_of(self.auth)
        self.page_size = 2
        self.front.forget()
        later = start + datetime.timedelta(hours=1)
        self.assertEqual(records, old.migrations('host1', later))
        version, listed = self.front.requests
        self.assertEqual('GET /', str(version))
        self.assertEqual('2.58', listed.microversion)
        query = urllib.parse.parse_qs(listed.query)
        self.assertEqual({'migration_type', 'source_compute'}, set(query))

    def test_a_record_never_changed_is_not_among_those_changed(self):
        """Why ``since`` must not be used to look for a new record."""
        (uuid,) = self.boot(1)
        self.fail_host()
        # Nobody takes the work: the record stays as it was made.
        self.stub_out(
            'nova.conductor.api.ComputeTaskAPI.rebuild_instance',
            lambda *args, **kwargs: None,
        )
        start = datetime.datetime.now(datetime.UTC)
        self.gateway.evacuate(uuid, self.proof())
        (record,) = self.gateway.migrations('host1')
        self.assertIs(Status.ACCEPTED, record.status)
        hour = datetime.timedelta(hours=1)
        self.assertEqual([], self.gateway.migrations('host1', start - hour))

    def test_a_cell_that_is_down_is_not_an_empty_list(self):
        (uuid,) = self.boot(1)
        self.fail_host()
        self.gateway.evacuate(uuid, self.proof())
        self.wait_for_records('host1', 'done')
        with self.cell_down():
            error = self.assertRaises(
                errors.ComputeUnavailable, self.gateway.migrations, 'host1'
            )
            self.assertIn('cell', str(error))
            self.front.newest = '2.68'
            old = self.gateway_of(self.auth)
            error = self.assertRaises(
                errors.ComputeUnavailable, old.migrations, 'host1'
            )
            self.assertIn('cell', str(error))


class OldNovaTestCase(base.NovaTestCase):
    """The whole way at the oldest microversion that will do."""

    hosts = ('host1', 'host2')

    def test_all_at_2_53(self):
        self.front.newest = '2.53'
        gateway = self.gateway_of(self.auth)
        (uuid,) = self.boot(1)
        self.front.forget()
        gateway.warm()
        service = gateway.service('host1')
        self.computes['host1'].stop()
        service = gateway.force_down(
            service, self.untouched(service), self.mark(), self.proof()
        )
        self.assertFalse(service.up)
        (instance,) = gateway.instances('host1')
        self.assertEqual(uuid, instance.uuid)
        gateway.evacuate(uuid, self.proof())
        self.wait_until(
            lambda: (
                [m.raw_status for m in gateway.migrations('host1')] == ['done']
            ),
            'record done',
        )
        self.assertEqual('host2', gateway.instance(uuid).host)
        self.restart_compute_service(self.computes['host1'])
        self.assertTrue(gateway.force_up(service).up)
        self.assertFalse(gateway.enable(service).disabled)
        version, *rest = self.front.requests
        self.assertEqual('GET /', str(version))
        self.assertEqual({'2.53'}, {r.microversion for r in rest})

    def test_too_old(self):
        self.front.newest = '2.52'
        gateway = self.gateway_of(self.auth)
        error = self.assertRaises(
            errors.ComputeTooOld, gateway.service, 'host1'
        )
        self.assertIn('2.52', str(error))
        self.assertIn('2.53', str(error))
        self.assertIn('Upgrade nova', str(error))
