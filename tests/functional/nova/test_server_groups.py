# SPDX-License-Identifier: Apache-2.0
"""Server groups on a dead host, with nova's own filters and late check."""

import threading

import fixtures
from nova.compute import rpcapi

from tests.functional.nova import base

OVER = ('done', 'failed', 'error')


class ServerGroupsTestCase(base.NovaTestCase):
    def group(self, policy, *hosts):
        """Boot a group's members on these hosts, whatever its policy."""
        body = {'name': policy, 'policy': policy}
        group = self.api.post_server_groups(body)
        self.flags(disable_group_policy_check_upcall=True, group='workarounds')
        uuids = []
        for host in hosts:
            server = self._build_server(networks='none')
            server['availability_zone'] = f'nova:{host}'
            answer = self.admin_api.api_post(
                '/servers',
                {
                    'server': server,
                    'os:scheduler_hints': {'group': group['id']},
                },
            )
            uuids.append(answer.body['server']['id'])
        for uuid in uuids:
            self.wait_until(
                lambda uuid=uuid: (
                    self.gateway.instance(uuid).vm_state == 'active'
                ),
                'boot',
            )
        self.flags(
            disable_group_policy_check_upcall=False, group='workarounds'
        )
        self.assertEqual(
            list(hosts), [self.gateway.instance(uuid).host for uuid in uuids]
        )
        return group['id'], uuids

    def over(self, uuids):
        """Wait until the newest record of each is over; return how."""

        def ends():
            newest = {m.instance: m for m in self.gateway.migrations('host1')}
            found = [newest[u].raw_status for u in uuids if u in newest]
            done = len(found) == len(uuids) and set(found) <= set(OVER)
            return done and found

        return self.wait_until(ends, 'end of the evacuations')

    def evacuate(self, *uuids):
        """Ask for all of them at once; return how their records end."""
        asked = {m.id for m in self.gateway.migrations('host1')}
        for uuid in uuids:
            # Nova ends a record before it takes the task back: from the next
            # attempt, if that is quick.
            self.wait_until(
                lambda uuid=uuid: (
                    self.gateway.instance(uuid).task_state is None
                ),
                'rest',
            )
        for uuid in uuids:
            self.gateway.evacuate(uuid, self.proof())
        self.wait_until(
            lambda: (
                len({m.id for m in self.gateway.migrations('host1')} - asked)
                == len(uuids)
            ),
            'records',
        )
        return self.over(uuids)

    def evacuate_at_once(self, *uuids):
        """The same; each has its target before any sets out for it.

        Else, on a bad day, the scheduler sees where the first one is.
        """
        chosen = threading.Barrier(len(uuids), timeout=60)
        set_out = rpcapi.ComputeAPI.rebuild_instance

        def wait_for_all(*arguments, **more):
            chosen.wait()
            return set_out(*arguments, **more)

        with fixtures.MonkeyPatch(
            'nova.compute.rpcapi.ComputeAPI.rebuild_instance', wait_for_all
        ):
            return self.evacuate(*uuids)

    def test_they_are_listed_by_every_microversion(self):
        key, uuids = self.group('anti-affinity', 'host1', 'host1')
        for newest in ('2.94', '2.63', '2.53'):
            self.front.newest = newest
            gateway = self.gateway_of(self.auth)
            (found,) = gateway.server_groups()
            self.assertEqual(key, found.id)
            self.assertEqual('anti-affinity', found.policy)
            self.assertEqual(set(uuids), found.members)

    def test_all_pages_and_projects(self):
        for number in range(5):
            api = self.admin_api if number % 2 else self.api
            api.post_server_groups(
                {'name': f'g{number}', 'policy': 'soft-affinity'}
            )
        self.page_size = 2
        self.front.forget()
        found = self.gateway.server_groups()
        self.assertEqual(
            [f'g{n}' for n in range(5)], sorted(g.name for g in found)
        )
        self.assertEqual(['GET /os-server-groups'] * 4, self.asked())

    def test_together_they_are_refused_one_by_one_they_are_not(self):
        _key, uuids = self.group('anti-affinity', 'host1', 'host1')
        self.fail_host()
        self.assertIn('failed', self.evacuate_at_once(*uuids))
        left = [
            uuid
            for uuid in uuids
            if self.gateway.instance(uuid).host == 'host1'
        ]
        fault = self.wait_until(
            lambda: self.gateway.instance(left[0]).fault, 'fault'
        )
        self.assertIn('Anti-affinity', fault)
        for uuid in left:
            self.assertEqual(['done'], self.evacuate(uuid))
        hosts = {self.gateway.instance(uuid).host for uuid in uuids}
        self.assertEqual({'host2', 'host3'}, hosts)

    def test_strict_affinity_holds_them_on_the_dead_host(self):
        key, uuids = self.group('affinity', 'host1', 'host1')
        self.fail_host()
        self.assertEqual(['error'], self.evacuate(uuids[0]))
        fault = self.wait_until(
            lambda: self.gateway.instance(uuids[0]).fault, 'fault'
        )
        self.assertIn('No valid host was found', fault)
        # Past the scheduler it is refused by the target.
        self.admin_api.microversion = '2.67'
        self.admin_api.post_server_action(
            uuids[1], {'evacuate': {'host': 'host2', 'force': True}}
        )
        self.assertEqual(['failed'], self.over(uuids[1:]))
        # What an operator can do about it.
        self.admin_api.api_delete(f'/os-server-groups/{key}')
        self.assertEqual([], self.gateway.server_groups())
        for uuid in uuids:
            self.assertEqual(['done'], self.evacuate(uuid))
            self.assertEqual('active', self.gateway.instance(uuid).vm_state)

    def test_even_one_that_is_alone_is_held(self):
        """The scheduler counts the instance itself, where it was."""
        _key, (uuid,) = self.group('affinity', 'host1')
        self.fail_host()
        self.assertEqual(['error'], self.evacuate(uuid))

    def test_one_that_is_elsewhere_draws_the_others(self):
        _key, uuids = self.group('affinity', 'host1', 'host3')
        self.fail_host()
        self.assertEqual(['done'], self.evacuate(uuids[0]))
        self.assertEqual('host3', self.gateway.instance(uuids[0]).host)
