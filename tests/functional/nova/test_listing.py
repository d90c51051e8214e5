# SPDX-License-Identifier: Apache-2.0
"""Which instances are on a host: all of them, and nothing else."""

import datetime
import time

from nova.tests import fixtures as nova_fixtures

from nova_ha.recovery import errors
from tests.functional.nova import base


class ListingTestCase(base.NovaTestCase):
    hosts = ('host1', 'host2')
    page_size = 10

    def test_all_pages_and_projects(self):
        uuids = self.boot(20)
        uuids += self.boot(5, project=base.OTHER_PROJECT)
        elsewhere = self.boot(1, host='host2')
        self.front.forget()

        instances = self.gateway.instances('host1')

        self.assertEqual(['GET /servers/detail'] * 3, self.asked())
        self.assertEqual(sorted(uuids), sorted(i.uuid for i in instances))
        self.assertEqual({'host1'}, {i.host for i in instances})
        self.assertEqual({'active'}, {i.vm_state for i in instances})
        self.assertEqual({None}, {i.task_state for i in instances})
        self.assertTrue(all(i.name for i in instances))
        self.assertEqual(
            elsewhere, [i.uuid for i in self.gateway.instances('host2')]
        )

        # Nova's own limit may be lower than the page asked for.
        self.flags(max_limit=7, group='api')
        self.front.forget()
        self.assertEqual(instances, self.gateway.instances('host1'))
        self.assertEqual(['GET /servers/detail'] * 4, self.asked())

        self.front.forget()
        self.assertEqual(set(uuids), self.gateway.present('host1'))
        self.assertEqual(['GET /servers'] * 4, self.asked())

    def test_a_deleted_instance_is_not_listed(self):
        kept, deleted = self.boot(2)
        self.api.delete_server(deleted)
        self.wait_until(
            lambda: (
                [i.uuid for i in self.gateway.instances('host1')] == [kept]
            ),
            'deletion',
        )

    def test_only_those_changed_since(self):
        before, deleted, later = self.boot(3)
        (old,) = self.boot(1, host='host2')
        # Nova's database keeps whole seconds.
        booted = int(time.time())
        self.wait_until(lambda: int(time.time()) > booted, 'a second')
        moment = datetime.datetime.now(datetime.UTC)
        self.api.delete_server(deleted)
        self.api.post_server_action(later, {'pause': None})
        self.wait_until(lambda: deleted not in self._uuids(), 'deletion')
        self.wait_until(
            lambda: self.gateway.instance(later).vm_state == 'paused', 'pause'
        )
        self.front.forget()
        listed = self.gateway.instances('host1', moment)
        self.assertEqual([later], [i.uuid for i in listed])
        self.assertEqual([], self.gateway.instances('host2', moment))
        self.assertEqual(['GET /servers/detail'] * 2, self.asked())
        self.assertNotIn(before, [i.uuid for i in listed])
        self.assertEqual(
            [old], [i.uuid for i in self.gateway.instances('host2')]
        )

    def test_a_page_that_begins_after_a_deleted_instance(self):
        uuids = self.boot(5)
        self.page_size = 2
        first = [i.uuid for i in self.gateway.instances('host1')]
        self.assertEqual(sorted(uuids), sorted(first))

        def delete_the_marker(request):
            if f'marker={first[1]}' in request.query and not deleted:
                deleted.append(first[1])
                self.api.delete_server(first[1])
                self.wait_until(
                    lambda: first[1] not in self._uuids(), 'deletion'
                )

        deleted = []
        self.front.before = delete_the_marker
        # It was there when its page was read; evacuating it will tell.
        listed = [i.uuid for i in self.gateway.instances('host1')]
        self.assertEqual(first, listed)
        self.assertEqual([first[1]], deleted)

    def _uuids(self):
        return [server['id'] for server in self.api.get_servers()]

    def test_no_instances_costs_a_look_at_the_cell(self):
        self.front.forget()
        self.assertEqual([], self.gateway.instances('host1'))
        self.assertEqual(
            ['GET /servers/detail', 'GET /os-services'], self.asked()
        )
        self.front.forget()
        self.assertEqual(set(), self.gateway.present('host1'))
        self.assertEqual(['GET /servers', 'GET /os-services'], self.asked())

    def test_a_cell_that_is_down_is_not_an_empty_host(self):
        (uuid,) = self.boot(1)
        with self.cell_down():
            for ask in (
                lambda: self.gateway.instances('host1'),
                lambda: self.gateway.present('host1'),
                lambda: self.gateway.instance(uuid),
            ):
                error = self.assertRaises(errors.ComputeUnavailable, ask)
                self.assertIn('cell', str(error))

    def test_rights_to_list_but_not_by_host(self):
        """Nova drops the filter of such a user without a word."""
        self.boot(1, host='host2')
        rules = {'os_compute_api:servers:allow_all_filters': 'role:nobody'}
        self.policy.set_rules(rules, overwrite=False)
        error = self.assertRaises(
            errors.ComputeForbidden, self.gateway.instances, 'host1'
        )
        self.assertIn('allow_all_filters', str(error))


class CellsTestCase(base.NovaTestCase):
    """Hosts of two cells."""

    hosts = ()
    NUMBER_OF_CELLS = 2

    def setUp(self):
        super().setUp()
        for host, cell in (('host1', 'cell1'), ('host2', 'cell2')):
            self._start_compute(host, cell_name=cell)

    def test_the_hosts_of_all_cells(self):
        self.assertEqual(['host1', 'host2'], self.gateway.hosts())
        down = nova_fixtures.DownCellFixture([self.cell_mappings['cell2']])
        with down:
            self.assertEqual(['host1', 'host2'], self.gateway.hosts())

    def test_a_cell_down_leaves_the_other_alone(self):
        ours = {host: self.boot(2, host=host) for host in ('host1', 'host2')}
        for host, uuids in ours.items():
            listed = [i.uuid for i in self.gateway.instances(host)]
            self.assertEqual(sorted(uuids), sorted(listed))
        down = nova_fixtures.DownCellFixture([self.cell_mappings['cell2']])
        with down:
            self.assertTrue(self.gateway.service('host1').up)
            self.assertEqual(2, len(self.gateway.instances('host1')))
            self.assertRaises(
                errors.ComputeUnavailable, self.gateway.instances, 'host2'
            )
