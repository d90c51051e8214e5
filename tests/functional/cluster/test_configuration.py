# SPDX-License-Identifier: Apache-2.0
"""What is printed, loaded by the tools it is printed for."""

import dataclasses
import json
import pathlib
import sys
import textwrap

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
