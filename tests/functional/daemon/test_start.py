# SPDX-License-Identifier: Apache-2.0
"""Starting: refused in clear words, or not held up by what may be away."""

import signal
import subprocess

from nova_ha.pacemaker import client
from tests.functional.daemon import base
from tests.functional.daemon.process import PROGRAMS
from tests.functional.daemon.process import wait_until


class RefusedTest(base.DaemonTest):
    """Exit code 1, and at the end the words that say what to do."""

    def assert_refused(self, *words):
        said = self.fencer.refuses()
        _, found, reason = said.rpartition('nova-ha-fencer: ')
        self.assertTrue(found, said)
        for word in words:
            self.assertIn(word, reason)
        self.assertNotIn('Traceback', said)
        self.assertNotIn(base.PASSWORD, said)

    def test_no_configuration_file(self):
        self.fencer.config_file.unlink()
        self.assert_refused(str(self.fencer.config_file))

    def test_no_hosts_file(self):
        self.fencer.make_store()
        self.fencer.hosts_file.unlink()
        self.assert_refused(str(self.fencer.hosts_file))

    def test_bad_hosts_file(self):
        self.fencer.make_store()
        self.fencer.hosts_file.write_text(
            'hosts:\n'
            '  - name: compute1\n'
            '    power: {driver: ipmi, ip: 127.0.0.1}\n'
        )
        self.assert_refused('hosts.yaml', 'compute1', 'power.ip')

    def test_bad_rules_file(self):
        self.fencer.make_store()
        rules = self.fencer.directory / 'rules.yaml'
        self.fencer.configure({'policy': {'rules_file': rules}})
        self.assert_refused(str(rules), '[policy] rules_file')
        rules.write_text('rules:\n- name: databases\n  set: {prio: 1}\n')
        self.assert_refused(f'{rules}:3', "rule 'databases'", 'set.prio')

    def test_no_schema(self):
        self.assert_refused('nova-ha-manage db sync')

    def test_nothing_said_about_nova(self):
        self.fencer.make_store()
        self.fencer.configure({'nova': {'auth_type': None, 'endpoint': None}})
        self.assert_refused('[nova] auth_type')

    def test_unknown_group_of_the_socket(self):
        self.fencer.make_store()
        self.fencer.configure({'fencer': {'socket_group': 'nosuchgroup'}})
        self.assert_refused('socket_group', 'nosuchgroup')

    def test_option_out_of_range(self):
        self.fencer.make_store()
        self.fencer.configure({'evacuation': {'window': 0}})
        self.fencer.launch()
        self.assertEqual(1, self.fencer._process.wait(30))
        self.assertIn('window', self.fencer.log())


class SocketTakenTest(base.DaemonTest):
    def test_two_on_one_socket(self):
        self.fencer.make_store()
        self.fencer.start()
        second = self.make_fencer('fencer-2', {'compute1': {'driver': 'fake'}})
        second.make_store()
        second.configure({'fencer': {'socket': self.fencer.socket}})
        [said] = [
            line
            for line in second.refuses().splitlines()
            if line.startswith('nova-ha-fencer: ')
        ]
        self.assertIn(str(self.fencer.socket), said)
        self.assertIn(str(self.fencer.pid), said)
        self.assertTrue(self.fencer.answers())


class StoreAwayTest(base.DaemonTest):
    """A controller that starts while its database does not."""

    def setUp(self):
        super().setUp()
        self.fencer.configure(
            {
                'database': {
                    'connection': 'mysql+pymysql://u:hidden@127.0.0.1:9/x'
                }
            }
        )

    def test_starts_and_fences(self):
        self.fencer.start()
        answer = self.fencer.fence('compute1')
        self.assertTrue(answer['spooled'])
        self.assertEqual('off', self.power())
        self.assertEqual(1, len(list(self.fencer.spool.glob('*.json'))))
        self.assertNotIn('hidden', self.fencer.log())
        self.assertNotIn('Traceback', self.fencer.log())

    def test_says_so_when_the_spool_is_away_too(self):
        self.fencer.spool.write_text('no directory\n')
        self.fencer.start()
        health = self.fencer.ask('GET', '/v1/health')
        self.assertFalse(health['healthy'])
        self.assertIn('spool', health['problems'][0])
        with self.assertRaises(client.Refused) as caught:
            self.fencer.fence('compute1')
        self.assertTrue(caught.exception.retriable)
        self.assertIn('spool', str(caught.exception))
        self.assertEqual('off', self.power())


class HostsFileGoneTest(base.DaemonTest):
    def test_the_monitor_fails_and_says_why(self):
        self.fencer.make_store()
        self.fencer.start()
        self.assertEqual((0, ''), self.monitor())
        self.fencer.hosts_file.unlink()
        code, said = self.monitor()
        self.assertEqual(1, code)
        self.assertIn('hosts.yaml is gone', said)
        # What it has read is still good.
        self.fencer.fence('compute1')
        self.assertEqual('off', self.power())

    def monitor(self):
        done = subprocess.run(
            [PROGRAMS / 'fence_nova_ha'],
            input=f'action=monitor\nsocket={self.fencer.socket}\n',
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return done.returncode, done.stderr


class ReloadTest(base.DaemonTest):
    def reload(self, options, expected):
        self.fencer.configure(options)
        self.fencer.signal(signal.SIGHUP)
        wait_until(lambda: expected in self.fencer.log(), expected)

    def test_a_bad_option_is_kept_out(self):
        """And so are the good ones that came with it."""
        self.fencer.make_store()
        self.fencer.start()
        hosts = {'compute2': {'driver': 'fake'}}
        self.fencer.write_hosts(hosts)
        self.reload({'evacuation': {'window': 0}}, 'Not reloaded')
        self.assertIn('window', self.fencer.log())
        self.assertNotIn('Traceback', self.fencer.log())
        self.assertTrue(self.fencer.answers())
        self.assertEqual(['compute1'], self.names())
        self.reload({'evacuation': {'window': 2}}, 'Reloaded: 1 hosts')
        self.assertEqual(['compute2'], self.names())

    def test_a_bad_rule_is_kept_out(self):
        """And so are good hosts and options that came with it."""
        self.fencer.make_store()
        rules = self.fencer.directory / 'rules.yaml'
        rules.write_text('rules: []')
        options = {'policy': {'rules_file': rules}}
        self.fencer.configure(options)
        self.fencer.start()
        self.fencer.write_hosts({'compute2': {'driver': 'fake'}})
        rules.write_text('rules: [{name: a, set: {priority: 1001}}]')
        self.reload(options, 'Not reloaded')
        self.assertIn("rule 'a': set.priority: must be", self.fencer.log())
        self.assertNotIn('Traceback', self.fencer.log())
        self.assertEqual(['compute1'], self.names())
        rules.write_text('rules: [{name: a, set: {priority: 1000}}]')
        self.reload(options, 'Reloaded: 1 hosts, 1 rules')
        self.assertEqual(['compute2'], self.names())

    def names(self):
        hosts = self.fencer.ask('GET', '/v1/hosts')['hosts']
        return [host['name'] for host in hosts]
