# SPDX-License-Identifier: Apache-2.0
"""What is printed, loaded by the tools it is printed for."""

import dataclasses
import json
import pathlib
import sys
import textwrap
import time

import fixtures
import testtools

from nova_ha.cluster.configuration import crm
from nova_ha.cluster.configuration import pcs
from nova_ha.cluster.configuration import plan
from nova_ha.cluster.configuration import xml
from tests.functional.cluster import tools
from tests.unit.cluster import clouds

RENDERERS = {'pcs': pcs, 'crm': crm, 'xml': xml}


class ClusterTestCase(testtools.TestCase):
    def setUp(self):
        super().setUp()
        missing = tools.missing()
        if missing:
            self.skipTest(f'not installed: {", ".join(missing)} (bindep.txt)')

    def cluster(self, cloud=None):
        cloud = cloud or clouds.CLOUDS['one-controller']
        return tools.Cluster(
            self.directory(), cloud.wishes.controllers, cloud.own
        )

    def directory(self):
        return pathlib.Path(self.useFixture(fixtures.TempDir()).path)


class FormatsTest(ClusterTestCase):
    maxDiff = None

    def test_all_formats_mean_the_same(self):
        for name in ('mixed-fleet', 'generated-power-agents', 'all-otherwise'):
            cloud = clouds.CLOUDS[name]
            configuration = plan.configuration(cloud.hosts, cloud.wishes)
            meanings = {}
            for suffix, renderer in RENDERERS.items():
                cluster = self.cluster(cloud)
                cluster.load(suffix, renderer.render(configuration))
                self.assert_valid(cluster)
                meanings[suffix] = cluster.meaning()
            with self.subTest(name):
                self.assertEqual(meanings['xml'], meanings['crm'])
                self.assertEqual(meanings['xml'], meanings['pcs'])

    def assert_valid(self, cluster):
        """See that Pacemaker itself finds no error in it."""
        done = cluster.try_to('crm_verify', '--xml-file', cluster.file, '-V')
        self.assertNotIn('error', done.stderr)
        self.assertNotIn('unclean', done.stderr)

    def test_secrets_come_through(self):
        cloud = clouds.CLOUDS['generated-power-agents']
        wishes = dataclasses.replace(cloud.wishes, show_secrets=True)
        configuration = plan.configuration(cloud.hosts, wishes)
        meanings = []
        for suffix in ('crm', 'xml'):
            cluster = self.cluster(cloud)
            cluster.load(suffix, RENDERERS[suffix].render(configuration))
            meanings.append(cluster.meaning())
            self.assertIn(clouds.PASSWORD, str(meanings[-1]))
        self.assertEqual(*meanings)

    def test_loading_twice_changes_nothing(self):
        cloud = clouds.CLOUDS['mixed-fleet']
        configuration = plan.configuration(cloud.hosts, cloud.wishes)
        for suffix in ('crm', 'xml'):
            with self.subTest(suffix):
                cluster = self.cluster(cloud)
                text = RENDERERS[suffix].render(configuration)
                cluster.load(suffix, text)
                before = cluster.meaning()
                cluster.load(suffix, text)
                self.assertEqual(before, cluster.meaning())

    def test_pcs_does_all_or_nothing(self):
        cloud = clouds.CLOUDS['one-controller']
        configuration = plan.configuration(cloud.hosts, cloud.wishes)
        text = pcs.render(configuration)
        cluster = self.cluster(cloud)
        cluster.load('pcs', text)
        before = cluster.file.read_bytes()
        with self.assertRaisesRegex(AssertionError, 'already exists'):
            cluster.load('pcs', text)
        self.assertEqual(before, cluster.file.read_bytes())


class PlansTest(ClusterTestCase):
    """What Pacemaker itself makes of it."""

    UP = ('--node-up', 'ctl1', '--node-up', 'ctl2', '--node-up', 'ctl3')
    FENCER_FAILS = ('--op-inject', 'nova-ha-fencer_monitor_10000@{}=7')
    HOST_FAILS = ('--op-inject', 'cmp1_monitor_10000@{}=1')

    def loaded(self, name):
        cloud = clouds.CLOUDS[name]
        cluster = self.cluster(cloud)
        configuration = plan.configuration(cloud.hosts, cloud.wishes)
        cluster.load('xml', xml.render(configuration))
        return cluster

    def test_nobody_is_asked_for_what_he_cannot_have(self):
        waits = self.loaded('mixed-fleet').planned(*self.UP)
        probes = {
            tuple(action.split('_monitor_0@'))
            for action in waits
            if '_monitor_0@' in action
        }
        controllers = {'ctl1', 'ctl2', 'ctl3'}
        hosts = {'cmp1', 'cmp2', 'cmp-3.rack2'}
        self.assertEqual(controllers, self.asked(probes, 'nova-ha-fencer'))
        for service in ('neutron-ovs-agent', 'nova-compute'):
            self.assertEqual(hosts, self.asked(probes, service))

    def asked(self, probes, resource):
        return {
            node for name, node in probes if name.split(':')[0] == resource
        }

    def test_a_shut_gate_hides_nothing(self):
        cluster = self.loaded('one-controller')
        cluster.run(
            *('cibadmin', '--modify', '--scope', 'nodes', '--xml-text'),
            '<node id="cmp1"><instance_attributes id="nodes-cmp1">'
            '<nvpair id="gate" name="nova-ha-gate" value="shut"/>'
            '</instance_attributes></node>',
        )
        waits = cluster.planned('--node-up', 'ctl1')
        services = [one for one in waits if one.startswith('nova-compute:')]
        self.assertEqual(
            ['monitor_0@cmp1', 'monitor_0@cmp2'],
            sorted(
                one.split('_', 1)[1]
                for one in services
                if '_monitor_0@' in one
            ),
        )
        self.assertEqual(
            ['cmp2'],
            [one.split('@')[1] for one in services if '_start_0@' in one],
        )

    def test_all_fencers_start_before_the_agent_is_asked(self):
        waits = self.loaded('mixed-fleet').planned(*self.UP)
        [start] = [one for one in waits if one.startswith('nova-ha-fence_sta')]
        before = {
            one.split('@')[1]
            for one in waits[start]
            if one.startswith('nova-ha-fencer:') and '_start_0@' in one
        }
        self.assertEqual({'ctl1', 'ctl2', 'ctl3'}, before)

    def test_no_host_holds_the_fencers_up(self):
        waits = self.loaded('mixed-fleet').planned(*self.UP)
        for action, before in waits.items():
            if action.startswith('nova-ha-fencer:') and '_start_' in action:
                self.assertEqual(
                    [], [one for one in before if one.startswith('cmp')]
                )

    def test_the_device_outlives_the_fencer(self):
        cluster = self.loaded('one-controller')
        self.settle(cluster)
        waits = cluster.planned(*self.at(self.FENCER_FAILS))
        self.assertIn('nova-ha-fencer_start_0@ctl1', waits)
        self.assertEqual(
            [], [one for one in waits if one.startswith('nova-ha-fence_')]
        )

    def test_the_fencer_starts_while_a_host_is_to_be_fenced(self):
        cluster = self.loaded('one-controller')
        self.settle(cluster)
        waits = cluster.planned(
            *self.at(self.FENCER_FAILS), *self.at(self.HOST_FAILS)
        )
        fencing = 'stonith-cmp1-reboot@cmp1'
        self.assertIn(fencing, waits)
        self.assertNotIn(fencing, waits['nova-ha-fencer_start_0@ctl1'])

    def settle(self, cluster):
        cluster.planned('--node-up', 'ctl1')
        self.assertEqual({}, cluster.planned())

    def at(self, event):
        return [word.format('ctl1') for word in event]

    def test_a_device_that_failed_is_tried_again(self):
        cluster = self.loaded('one-controller')
        cluster.planned(
            *('--node-up', 'ctl1'),
            *('--op-fail', 'nova-ha-fence_start_0@ctl1=1'),
        )
        # crm_simulate counts one; a failed start counts infinitely.
        text = cluster.file.read_text(encoding='utf-8')
        counted = 'name="fail-count-nova-ha-fence#start_0" value="{}"'
        self.assertIn(counted.format(1), text)
        text = text.replace(counted.format(1), counted.format('INFINITY'))
        cluster.file.write_text(text, encoding='utf-8')
        start = 'nova-ha-fence_start_0@ctl1'
        now = time.time()
        self.assertIn(start, self.planned_at(cluster, now + 61))
        cluster.file.write_text(text, encoding='utf-8')
        self.assertNotIn(start, self.planned_at(cluster, now))

    def planned_at(self, cluster, when):
        shown = time.strftime('%Y-%m-%d %H:%M:%SZ', time.gmtime(when))
        return cluster.planned('--set-datetime', shown)


class AgentsTest(ClusterTestCase):
    """The tools know our agents without being forced to."""

    def test_pcs_describes_the_fence_agent(self):
        text = self.cluster().run(
            'pcs', 'stonith', 'describe', 'fence_nova_ha'
        )
        for option in ('plug', 'socket', 'timeout'):
            self.assertRegex(text, rf'(?m)^  {option}')

    def test_crmsh_describes_both(self):
        for agent in ('stonith:fence_nova_ha', 'ocf:nova-ha:fencer'):
            text = self.cluster().run('crm', 'ra', 'info', agent)
            self.assertIn('socket', text)

    def test_pcs_refuses_what_the_fence_agent_does_not_have(self):
        cluster = self.cluster()
        create = ('pcs', '-f', cluster.file, 'stonith', 'create')
        done = cluster.try_to(*create, 'x', 'fence_nova_ha', 'speed=9')
        self.assertEqual(1, done.returncode)
        self.assertIn('speed', done.stderr)
        cluster.run(*create, 'x', 'fence_nova_ha', 'timeout=20')


class CommandTest(ClusterTestCase):
    """nova-ha-manage from a hosts file to a cluster that is sound."""

    def setUp(self):
        super().setUp()
        self.cloud = self.directory()
        hosts = self.cloud / 'hosts.yaml'
        hosts.write_text(
            textwrap.dedent("""
            hosts:
              - name: compute1.example.org
                node: cmp1
                node_address: 198.51.100.11
                power: {driver: fake}
              - name: compute2.example.org
                node: cmp2
                power: {driver: external}
            """),
            encoding='utf-8',
        )
        hosts.chmod(0o640)
        self.file = self.cloud / 'nova-ha.conf'
        self.file.write_text(
            f'[DEFAULT]\nhosts_file = {hosts}\nstate_path = {self.cloud}\n',
            encoding='utf-8',
        )
        self.controllers = [('ctl1', 1), ('ctl2', 2), ('ctl3', 3)]
        self.own = {
            **clouds.CONTROLLERS,
            'ipmi-cmp2': ('fence_ipmilan', 'cmp2'),
        }

    def manage(self, cluster, *arguments):
        return cluster.try_to(
            *(sys.executable, '-m', 'nova_ha.cmd.manage'),
            *('--config-file', str(self.file), 'pacemaker', *arguments),
        )

    def test_config_then_check(self):
        for suffix in ('crm', 'xml'):
            with self.subTest(suffix):
                cluster = tools.Cluster(
                    self.directory(), self.controllers, self.own
                )
                printed = self.manage(
                    cluster,
                    *('config', '--format', suffix),
                    *('--controllers', 'ctl1,ctl2,ctl3'),
                    *('--power-agent', 'ipmi-{node}'),
                )
                self.assertEqual(('', 0), (printed.stderr, printed.returncode))
                cluster.load(suffix, printed.stdout)
                checked = self.manage(cluster, 'check')
                self.assertEqual(
                    ('No trap found.\n', '', 0),
                    (checked.stdout, checked.stderr, checked.returncode),
                )

    def test_check_finds_what_is_wrong(self):
        cluster = tools.Cluster(self.directory(), self.controllers, {})
        checked = self.manage(cluster, 'check')
        self.assertEqual(1, checked.returncode)
        self.assertIn('controller-without-device', checked.stdout)
        checked = self.manage(cluster, 'check', '-f', 'json')
        self.assertEqual(1, checked.returncode)
        found = json.loads(checked.stdout)
        self.assertIn('nova-ha-device-missing', [one['trap'] for one in found])

    def test_check_without_a_cluster(self):
        cluster = tools.Cluster(self.directory(), self.controllers, {})
        cluster.file.unlink()
        checked = self.manage(cluster, 'check')
        self.assertEqual(1, checked.returncode)
        [line] = checked.stderr.splitlines()
        self.assertIn('--cib', line)
