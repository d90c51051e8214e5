# SPDX-License-Identifier: Apache-2.0
"""What nova makes of each state of an instance on a dead host.

The source of the tables in nova_ha/recovery/server_states.py: what nova
answers to evacuate, without the way round and with it.
"""

from nova import context as nova_context
from nova import objects
from nova.tests.functional.api import client

from nova_ha.recovery import eligibility
from nova_ha.recovery import errors
from nova_ha.recovery import server_states
from nova_ha.recovery.server_states import Treatment
from nova_ha.recovery.states import TargetState
from tests.functional.nova import base

OVER = ('done', 'failed', 'error')


class StatesBase(base.NovaTestCase):
    def act(self, uuid, action, vm_state, argument=None):
        self.api.post_server_action(uuid, {action: argument})
        self.reached(uuid, vm_state)

    def reached(self, uuid, vm_state):
        return self.wait_until(
            lambda: (
                (found := self.gateway.instance(uuid)).vm_state == vm_state
                and found.task_state is None
                and found
            ),
            f'{vm_state} {uuid}',
        )

    def put(self, uuid, **fields):
        """Write what a nova-compute that died would have left behind."""
        admin = nova_context.get_admin_context()
        mapping = objects.InstanceMapping.get_by_instance_uuid(admin, uuid)
        with nova_context.target_cell(admin, mapping.cell_mapping) as cell:
            instance = objects.Instance.get_by_uuid(cell, uuid)
            for name, value in fields.items():
                setattr(instance, name, value)
            instance.save()

    def refused(self, uuid):
        return self.assertRaises(
            errors.ComputeRefused, self.gateway.evacuate, uuid, self.proof()
        )

    def evacuate(self, uuid, target_state=TargetState.KEEP):
        """Evacuate one, to the end; return it as it is then."""
        self.gateway.evacuate(uuid, self.proof(), target_state)
        self.wait_until(
            lambda: [
                m
                for m in self.gateway.migrations('host1')
                if m.instance == uuid and m.raw_status in OVER
            ],
            'end of the evacuation',
        )
        return self.wait_until(
            lambda: (
                (found := self.gateway.instance(uuid)).task_state is None
                and found
            ),
            'rest',
        )


class StatesTestCase(StatesBase):
    hosts = ('host1', 'host2')

    def test_what_nova_refuses_and_the_way_round(self):
        names = [
            name
            for name, row in server_states.VM_STATES.items()
            if row.treatment is Treatment.RESET and name != 'resized'
        ]
        uuids = dict(zip(names, self.boot(len(names)), strict=True))
        self.act(uuids['paused'], 'pause', 'paused')
        self.act(uuids['suspended'], 'suspend', 'suspended')
        self.act(uuids['rescued'], 'rescue', 'rescued', {})
        self.fail_host()
        # Nova itself offloads at once unless shelved_offload_time says else.
        self.put(uuids['shelved'], vm_state='shelved')
        for name, uuid in uuids.items():
            error = self.refused(uuid)
            self.assertEqual(409, error.code, name)
            self.assertIn(f'while it is in vm_state {name}', str(error))
        for name, uuid in uuids.items():
            self.gateway.reset_state(uuid)
            ends = eligibility.expected_vm_state(name)
            target = (
                TargetState.STOPPED if ends == 'stopped' else TargetState.KEEP
            )
            self.evacuate(uuid, target)
            if ends == 'paused':
                self.gateway.pause(uuid)
            self.assertEqual('host2', self.reached(uuid, ends).host, name)

    def test_what_is_not_evacuated_at_all(self):
        names = ('building', 'soft-delete')
        uuids = dict(zip(names, self.boot(2), strict=True))
        (shelved,) = self.boot(1)
        self.act(shelved, 'shelve', 'shelved_offloaded')
        # Nova takes it off the host a moment after it has named the state.
        self.wait_until(
            lambda: self.gateway.instance(shelved).host is None, 'no host'
        )
        self.fail_host()
        for name, uuid in uuids.items():
            self.put(uuid, vm_state=name)
            error = self.refused(uuid)
            self.assertEqual(409, error.code, name)
            self.assertIn(f'while it is in vm_state {name}', str(error))
        self.assertEqual(400, self.refused(shelved).code)
        there = {i.uuid for i in self.gateway.instances('host1')}
        self.assertNotIn(shelved, there)

    def test_a_task_that_was_cut_short_is_overwritten(self):
        tasks = (
            'rebuilding',
            'powering-off',
            'resize_prep',
            'resize_migrating',
            'resize_migrated',
            'resize_finish',
            'image_snapshot',
            'rebooting',
            # These two nova would evacuate as well: it is nova-ha that does
            # not ask.
            'migrating',
            'deleting',
        )
        uuids = dict(zip(tasks, self.boot(len(tasks)), strict=True))
        self.fail_host()
        for task, uuid in uuids.items():
            self.put(uuid, task_state=task)
            found = self.evacuate(uuid)
            self.assertEqual('host2', found.host, task)
            self.assertEqual('active', found.vm_state, task)

    def test_a_lock_is_kept(self):
        evacuated, paused = self.boot(2)
        self.act(paused, 'pause', 'paused')
        for uuid in (evacuated, paused):
            self.api.post_server_action(uuid, {'lock': None})
        self.fail_host()
        # Real keystone tells an admin by the role, nova's stub by the name.
        self.auth.headers['X-Auth-User'] = 'admin'
        self.gateway.reset_state(paused)
        for uuid in (evacuated, paused):
            found = self.evacuate(uuid)
            self.assertTrue(found.locked)
            self.assertEqual('host2', found.host)
        self.gateway.pause(paused)
        self.assertTrue(self.reached(paused, 'paused').locked)

    def test_left_stopped(self):
        active, stopped, broken = self.boot(3)
        self.api.post_server_action(stopped, {'os-stop': {}})
        self.reached(stopped, 'stopped')
        self.fail_host()
        self.put(broken, vm_state='error')
        self.front.forget()
        for uuid, vm_state in (
            (active, 'stopped'),
            (stopped, 'stopped'),
            (broken, 'active'),  # it has to be asked to stop
        ):
            self.evacuate(uuid, TargetState.STOPPED)
            self.assertEqual('host2', self.reached(uuid, vm_state).host)
        asked = {
            r.microversion for r in self.front.requests if r.method == 'POST'
        }
        self.assertEqual({'2.95'}, asked)
        self.gateway.stop(broken)
        self.reached(broken, 'stopped')

    def test_a_nova_before_2_95_is_asked_to_stop_it(self):
        self.front.newest = '2.94'
        self.gateway = self.gateway_of(self.auth)
        (uuid,) = self.boot(1)
        self.fail_host()
        self.front.forget()
        found = self.evacuate(uuid, TargetState.STOPPED)
        self.assertEqual('active', found.vm_state)
        self.assertEqual(
            {'2.94'}, {r.microversion for r in self.front.requests}
        )
        self.gateway.stop(uuid)
        self.reached(uuid, 'stopped')


class ResizedTestCase(StatesBase):
    """Resized onto the host that died; where it came from lives."""

    def resized(self):
        (uuid,) = self.boot(1, host='host2')
        service = self.gateway.service('host3')
        path = f'/os-services/{service.id}'
        self.admin_api.api_put(path, {'status': 'disabled'})
        flavor = self.api.get_flavors()[1]['id']
        self.act(uuid, 'resize', 'resized', {'flavorRef': flavor})
        self.admin_api.api_put(path, {'status': 'enabled'})
        self.assertEqual('host1', self.gateway.instance(uuid).host)
        self.fail_host()
        return uuid

    def test_reset_and_evacuated(self):
        uuid = self.resized()
        self.assertEqual(409, self.refused(uuid).code)
        self.gateway.reset_state(uuid)
        found = self.evacuate(uuid)
        self.assertEqual('active', found.vm_state)
        self.assertNotEqual('host1', found.host)
        # The resize can be ended in neither way any more.
        for action in ('confirmResize', 'revertResize'):
            error = self.assertRaises(
                client.OpenStackApiException,
                self.api.post_server_action,
                uuid,
                {action: None},
            )
            self.assertIn('while it is in vm_state active', str(error))

    def test_reverting_waits_for_the_dead_host(self):
        uuid = self.resized()
        self.api.post_server_action(uuid, {'revertResize': None})
        found = self.gateway.instance(uuid)
        self.assertEqual('resized', found.vm_state)
        self.assertEqual('resize_reverting', found.task_state)
        self.gateway.reset_state(uuid)
        self.assertEqual('active', self.evacuate(uuid).vm_state)
