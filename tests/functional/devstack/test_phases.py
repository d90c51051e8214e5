# SPDX-License-Identifier: Apache-2.0
"""Every phase of the DevStack plugin, on a machine in a directory.

With NOVA_HA_DEVSTACK_DIR, the path of a checkout of DevStack, its own library
is what the plugin calls; without, the recorder of these tests.
"""

import configparser
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import unittest

from nova_ha.pacemaker import client
from tests.functional import servers
from tests.functional.daemon.process import wait_until
from tests.functional.devstack.sandbox import HERE
from tests.functional.devstack.sandbox import PASSWORD
from tests.functional.devstack.sandbox import Sandbox
from tests.functional.devstack.sandbox import STACK
from tests.functional.pacemaker.base import tool

DEVSTACK = os.environ.get('NOVA_HA_DEVSTACK_DIR')
HOST = socket.gethostname()
FIRST, SECOND = f'{HOST}1', f'{HOST}2'
COMPUTE = 'devstack@n-cpu-1.service'
FENCER = 'devstack@n-ha.service'
BMC_SECRET = 'a-secret-of-bmcs'


class DevStackTest(unittest.TestCase):
    """A sandbox for each test."""

    def setUp(self):
        super().setUp()
        self.machine = self.make_machine()

    def make_machine(self):
        machine = Sandbox(pathlib.Path(DEVSTACK) if DEVSTACK else None)
        self.addCleanup(machine.remove)
        self.addCleanup(self.tell, machine)
        return machine

    def tell(self, machine):
        """After a failure, what was said."""
        if not self._outcome.success:
            sys.stderr.write(
                f'--- phases:\n{machine.output[-8000:]}\n'
                f'--- fencer:\n{machine.log(FENCER)[-4000:]}\n'
            )

    def assert_all_ended(self):
        """What has been killed may take a moment to be gone."""
        wait_until(lambda: not self.machine.processes(), 'end of all of it')

    def ask(self, method, path, body=None):
        return client.ask(str(self.machine.socket), method, path, body, 30)

    def options(self):
        parser = configparser.RawConfigParser(strict=False, default_section='')
        parser.read(self.machine.conf_dir / 'nova-ha.conf')
        return parser

    def packages(self):
        calls = self.machine.calls('apt-get')
        return {word for call in calls for word in call}

    def power(self, host):
        return (self.machine.bmcs / host / 'power').read_text().strip()


class AllInOneTest(DevStackTest):
    """Three pretended compute hosts, as in local.conf.sample."""

    def setUp(self):
        super().setUp()
        self.machine.make_environment()
        self.machine.settings(
            'local.conf.sample', f'NOVA_HA_BMC_PASSWORD={BMC_SECRET}'
        )

    def test_a_cloud_and_its_end(self):
        self.machine.add_unit(COMPUTE, '/bin/sleep', '3600')
        said = self.machine.stack()
        self.assertEqual(len(STACK), said.count('=== stack '))

        with self.subTest('packages'):
            self.assertIn('openipmi', self.packages())
        with self.subTest('configuration'):
            self.check_configuration()
        with self.subTest('keystone'):
            self.check_keystone()
        with self.subTest('database'):
            done = self.machine.run(
                self.machine.directory / 'links/nova-ha-manage',
                *('--config-file', self.machine.conf_dir / 'nova-ha.conf'),
                *('db', 'version'),
            )
            self.assertEqual(0, done.returncode, done.stdout)
        with self.subTest('the fencer answers'):
            self.check_answers()
        with self.subTest('the BMCs answer'):
            done = self.machine.manage('hosts', 'check', '--format', 'json')
            self.assertEqual(0, done.returncode, done.stdout + done.stderr)
            self.assertEqual(
                [('on', '')] * 3,
                [(h['state'], h['problem']) for h in json.loads(done.stdout)],
            )
        with self.subTest('secrets'):
            self.assertNotIn(BMC_SECRET, said)
            self.assertNotIn(BMC_SECRET, self.machine.log(FENCER))
            self.check_modes()
        with self.subTest('a host is fenced'):
            self.check_fencing()
        with self.subTest('another host is added'):
            self.check_adding()
        with self.subTest('again'):
            self.check_again()
        with self.subTest('clean'):
            self.check_clean()

    def check_configuration(self):
        conf = self.options()
        self.assertEqual(self.database_url(), conf['database']['connection'])
        self.assertEqual('nova-ha', conf['nova']['username'])
        self.assertEqual(PASSWORD, conf['nova']['password'])
        for section in ('nova', 'glance', 'placement'):
            self.assertEqual('RegionOne', conf[section]['region_name'])
        self.assertEqual('nova-ha', conf['keystone_authtoken']['username'])
        self.assertEqual(
            'compute-ha', conf['keystone_authtoken']['service_type']
        )
        self.assertEqual('False', conf['cluster']['enabled'])
        rules = (self.machine.conf_dir / 'rules.yaml').read_text()
        self.assertIn('storage: shared', rules)
        done = self.machine.manage('hosts', 'list', '--format', 'json')
        self.assertEqual(
            [
                (f'{HOST}{i}', f'127.0.0.1:{self.machine.bmc_port + i - 1}')
                for i in (1, 2, 3)
            ],
            [(h['host'], h['device']) for h in json.loads(done.stdout)],
        )

    def database_url(self):
        return f'{servers.mariadb().url("nova_ha")}?charset=utf8'

    def check_keystone(self):
        """The service user and the catalogue, as openstack was asked."""
        calls = [' '.join(c) for c in self.machine.calls('openstack')]
        url = f'http://127.0.0.1:{self.machine.api_port}'
        for expected in (
            'user create nova-ha --password .*',
            'role add service --user nova-ha --project service.*',
            'role add admin --user nova-ha --project service.*',
            'service create compute-ha --name nova-ha --description=.*',
            f'endpoint create compute-ha public {url} --region RegionOne.*',
        ):
            pattern = re.compile(f'(--os-cloud [^ ]+ )?{expected}')
            self.assertTrue(
                any(pattern.fullmatch(call) for call in calls),
                f'not asked: {expected}\nbut: {calls}',
            )

    def check_answers(self):
        self.assertTrue(self.machine.runs(FENCER))
        hosts = self.ask('GET', '/v1/hosts')['hosts']
        self.assertEqual(3, len(hosts))
        answer = wait_until(self.ask_on_tcp, 'REST API')
        self.assertIn(b'"CURRENT"', answer)

    def ask_on_tcp(self):
        """Return the answer; None as long as nobody listens."""
        try:
            connection = socket.create_connection(
                ('127.0.0.1', self.machine.api_port), timeout=10
            )
        except ConnectionRefusedError:
            return None
        with connection:
            connection.sendall(b'GET / HTTP/1.0\r\nHost: localhost\r\n\r\n')
            return connection.makefile('rb').read()

    def check_modes(self):
        for path in (
            'etc/nova-ha.conf',
            'etc/hosts.yaml',
            'etc/bmc.password',
            f'bmc/{FIRST}/lan.conf',
        ):
            mode = (self.machine.directory / path).stat().st_mode & 0o777
            self.assertEqual(0o600, mode, path)
        self.assertEqual([], list(self.machine.bmcs.glob('*/password')))

    def check_fencing(self):
        """The agent, as Pacemaker would call it; nova is away."""
        self.assertTrue(self.machine.runs(COMPUTE))
        done = subprocess.run(
            [self.machine.dest / 'nova-ha/pacemaker/fence_nova_ha'],
            input=f'action=off\nport={FIRST}\nsocket={self.machine.socket}\n',
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertFalse(
            self.machine.runs(COMPUTE), 'off, and nova-compute runs on'
        )
        self.assertEqual('off', self.power(FIRST))
        self.assertEqual('on', self.power(SECOND))
        found = self.ask('GET', '/v1/recoveries')['recoveries']
        self.assertEqual([FIRST], [one['host'] for one in found])

    def check_adding(self):
        """As a further machine does, by ssh."""
        add = [
            self.machine.dest / 'nova-ha/devstack/tools/add-host.sh',
            *('-f', self.machine.conf_dir / 'hosts.yaml'),
            *('compute9', 'driver=ipmi', 'address=192.0.2.9', 'port=6230'),
        ]
        environment = {
            **self.machine.environment(),
            'SYSTEMCTL': 'systemctl --user',
        }
        for _ in range(2):  # the second time it is there already
            subprocess.run(
                add, env=environment, check=True, capture_output=True
            )
        wait_until(
            lambda: (
                [h['name'] for h in self.ask('GET', '/v1/hosts')['hosts']]
                == [FIRST, SECOND, f'{HOST}3', 'compute9']
            ),
            'host of that name',
        )
        refused = subprocess.run(
            [*add[:3], 'bad: name', 'driver=fake'],
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        self.assertEqual(1, refused.returncode)
        self.assertIn("cannot write 'bad: name'", refused.stderr)

    def check_again(self):
        """A new cloud knows nothing of the incidents of the last one."""
        self.machine.unstack()
        self.assertFalse(self.machine.runs(FENCER))
        self.assertFalse(self.machine.socket.exists())
        self.assert_all_ended()

        self.machine.stack('post-config', 'extra')
        self.assertEqual([], self.ask('GET', '/v1/recoveries')['recoveries'])
        self.assertEqual('on', self.power(FIRST))

    def check_clean(self):
        self.machine.unstack()
        self.machine.clean()
        self.assert_all_ended()
        kept = {'bin', 'dest', 'devstack', 'home', 'units', 'data'}
        kept |= {'calls', 'localrc'}
        empty = {'run', 'sbin', 'links'}
        left = {path.name for path in self.machine.directory.iterdir()}
        self.assertEqual(empty, left - kept)
        for name in empty:
            room = self.machine.directory / name
            self.assertEqual([], list(room.iterdir()), name)


class PacemakerTest(DevStackTest):
    """NOVA_HA_PACEMAKER, with Pacemaker's own tools on a file."""

    def setUp(self):
        super().setUp()
        tool('cibadmin')
        self.machine.make_environment()
        self.machine.settings('local.conf.sample', 'NOVA_HA_PACEMAKER=True')
        # What a cluster that runs has, and what a package brings.
        empty = self.machine.run('cibadmin', '--empty').stdout
        self.machine.cib.write_text(
            empty.replace('<cib ', '<cib dc-uuid="1" ')
        )
        (self.machine.directory / 'corosync.conf').write_text('a package')
        (self.machine.directory / 'cib').mkdir()
        (self.machine.directory / 'cib' / 'old').touch()

    def test_a_cluster_of_one(self):
        said = self.machine.stack()
        with self.subTest('packages'):
            self.assertLessEqual({'corosync', 'pacemaker'}, self.packages())
        with self.subTest('started'):
            self.assertTrue(self.machine.runs('corosync'))
            self.assertTrue(self.machine.runs('pacemaker'))
            self.check_corosync()
        with self.subTest('agents'):
            self.check_agents()
        with self.subTest('configuration'):
            self.check_cib(said)
        with self.subTest('rights'):
            self.assertEqual(
                'haclient', self.options()['fencer']['socket_group']
            )
            self.assertIn('haclient', self.machine.calls('usermod')[0])
        with self.subTest('clean'):
            self.check_clean()

    def check_corosync(self):
        written = self.machine.directory / 'corosync.conf'
        done = subprocess.run(
            [tool('corosync'), '-t', '-c', written],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        self.assertIn(f'name: {os.uname().nodename}\n', written.read_text())
        self.assertFalse((self.machine.directory / 'cib' / 'old').exists())

    def check_agents(self):
        for path, words in (
            ('sbin/fence_nova_ha', ('-o', 'metadata')),
            ('ocf/nova-ha/fencer', ('meta-data',)),
        ):
            done = self.machine.run(self.machine.directory / path, *words)
            self.assertEqual(0, done.returncode, done.stdout)
            self.assertIn('<resource-agent', done.stdout)

    def check_cib(self, said):
        # It warns of nodes that nobody has seen: nothing runs on a file.
        done = self.machine.run(
            'crm_verify', '-V', '--xml-file', self.machine.cib
        )
        self.assertNotIn('error', done.stdout)
        cib = self.machine.cib.read_text()
        for resource in ('nova-ha-fence', 'nova-ha-fencer', FIRST, SECOND):
            self.assertIn(f'<primitive id="{resource}"', cib)
        self.assertEqual(3, cib.count('value="Stopped"'))
        for resource, option, expected in (
            ('nova-ha-fencer', '--meta is-managed', 'false'),
            (
                'nova-ha-fencer',
                'binary',
                f'{self.machine.dest}/venv/bin/nova-ha-fencer',
            ),
            (
                'nova-ha-fence',
                'pcmk_host_list',
                f'{FIRST} {SECOND} {HOST}3',
            ),
        ):
            *meta, name = option.split()
            done = self.machine.run(
                *('crm_resource', '--resource', resource, *meta),
                *('--get-parameter', name),
            )
            self.assertEqual(expected, done.stdout.strip(), option)
        self.assertNotIn('Pacemaker is not as nova-ha needs it', said)
        # Hosts are not fenced for never having been seen.
        done = self.machine.run(
            *('crm_simulate', '--simulate', '--xml-file', self.machine.cib),
            *('--quorum', '1', '--node-up', os.uname().nodename),
        )
        self.assertIn('nova-ha-fence ', done.stdout)
        self.assertNotIn('Fencing', done.stdout)

    def check_clean(self):
        self.machine.unstack()
        self.assertFalse(self.machine.runs('pacemaker'))
        self.assertFalse(self.machine.runs('corosync'))
        self.machine.clean()
        self.assert_all_ended()
        directory = self.machine.directory
        self.assertEqual(
            'a package', (directory / 'corosync.conf').read_text()
        )
        self.assertTrue((directory / 'cib' / 'old').exists())
        self.assertEqual([], list(directory.glob('*.before-nova-ha')))
        self.assertEqual([], list((directory / 'sbin').iterdir()))
        self.assertFalse((directory / 'ocf' / 'nova-ha').exists())


class FakePowerTest(DevStackTest):
    """NOVA_HA_POWER=fake, one compute host with real guests."""

    def test_nothing_is_switched(self):
        self.machine.make_environment()
        self.machine.settings(
            'local.conf.controller.sample',
            'NOVA_HA_HOSTS=',
            'NOVA_HA_POWER=fake',
        )
        self.machine.stack('pre-install', 'install', 'post-config', 'extra')
        self.assertEqual(set(), self.packages())
        done = self.machine.manage('hosts', 'check', '--format', 'json')
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(
            [(HOST, 'fake', 'on')],
            [
                (h['host'], h['driver'], h['state'])
                for h in json.loads(done.stdout)
            ],
        )
        self.assertTrue(self.machine.runs(FENCER))
        self.assertFalse(self.machine.runs('devstack@nova-ha-bmc-1.service'))


class SeveralMachinesTest(DevStackTest):
    """local.conf.controller.sample and local.conf.subnode.sample."""

    def test_a_further_machine(self):
        """It has a BMC, no fencer, and makes itself known."""
        self.machine.settings(
            'local.conf.subnode.sample',
            'NOVA_HA_CONTROLLER=stack@192.0.2.11',
        )
        self.machine.stack()
        self.assertTrue(self.machine.runs('devstack@nova-ha-bmc-1.service'))
        self.assertFalse(self.machine.runs(FENCER))
        self.assertFalse((self.machine.conf_dir / 'nova-ha.conf').exists())
        asked = [' '.join(call) for call in self.machine.calls('ssh')]
        self.assertEqual(1, len(asked))
        self.assertIn(
            f'add-host.sh {HOST} driver=ipmi address=127.0.0.1 '
            f'port={self.machine.bmc_port}',
            asked[0],
        )
        self.machine.unstack()
        self.machine.clean()
        self.assert_all_ended()
        self.assertFalse(self.machine.bmcs.exists())

    def test_without_ssh_it_is_said_what_to_do(self):
        self.machine.settings('local.conf.subnode.sample')
        said = self.machine.stack('extra')
        self.assertIn('NOVA_HA_HOSTS must name this host', said)
        self.assertIn(f'add-host.sh {HOST} driver=ipmi', said)
        self.assertEqual([], self.machine.calls('ssh'))

    def test_a_machine_for_the_fencer_alone(self):
        """No nova on it, which DevStack concludes from n-ha, and no BMC.

        Behind DevStack's TLS proxy, but not with DevStack's own library: that
        would configure the Apache of this machine.
        """
        proxy = '' if DEVSTACK else ',tls-proxy'
        self.machine.make_environment()
        self.machine.settings(
            'local.conf.controller.sample',
            f'ENABLED_SERVICES=key,mysql,nova-ha-fencer{proxy}',
            f'NOVA_HA_SERVICE_PORT_INT={self.machine.api_port}',
            *(['NOVA_HA_SERVICE_PORT=8790'] if proxy else []),
            'NOVA_HA_HOSTS="compute2=192.0.2.12 c3=192.0.2.13:7000 '
            'c4=2001:db8::4 c5=[2001:db8::5]:7001"',
        )
        self.machine.stack('pre-install', 'install', 'post-config', 'extra')
        self.assertTrue(self.machine.runs(FENCER))
        self.assertEqual([], self.machine.calls('apt-get'))
        done = self.machine.manage('hosts', 'list', '--format', 'json')
        port = self.machine.bmc_port
        self.assertEqual(
            {
                'compute2': f'192.0.2.12:{port}',
                'c3': '192.0.2.13:7000',
                'c4': f'[2001:db8::4]:{port}',
                'c5': '[2001:db8::5]:7001',
            },
            {h['host']: h['device'] for h in json.loads(done.stdout)},
        )
        if proxy:
            self.check_proxy()
        # Of the password as many characters as a BMC knows.
        password = (self.machine.conf_dir / 'bmc.password').read_text()
        self.assertEqual(PASSWORD[:16], password.strip())
        # Its disks are where nova puts them.
        self.assertFalse((self.machine.conf_dir / 'rules.yaml').exists())

    def check_proxy(self):
        port = str(self.machine.api_port)
        self.assertEqual(
            [['nova-ha', '*', '8790', '127.0.0.1', port]],
            self.machine.calls('start_tls_proxy'),
        )
        api = self.options()['api']
        self.assertEqual(port, api['bind_port'])
        self.assertEqual('127.0.0.1', api['bind_host'])
        self.assertEqual('https://127.0.0.1:8790', api['public_url'])
        asked = [' '.join(call) for call in self.machine.calls('openstack')]
        self.assertIn('https://127.0.0.1:8790', ' '.join(asked))

    def test_nobody_to_fence(self):
        """A fencer without hosts would not start: it is said before."""
        self.machine.settings(
            'local.conf.controller.sample',
            'NOVA_HA_HOSTS=',
            'NOVA_HA_POWER=none',
        )
        with self.assertRaisesRegex(AssertionError, 'set NOVA_HA_HOSTS'):
            self.machine.stack('post-config')


class FunctionsTest(unittest.TestCase):
    """The recorder against the library that it stands for."""

    def test_devstack_has_what_is_called(self):
        if not DEVSTACK:
            self.skipTest('needs NOVA_HA_DEVSTACK_DIR')
        recorder = _functions(HERE / 'recorder.sh') - {'set_defaults'}
        library = set()
        for file in ('functions', 'functions-common', 'inc/*', 'lib/*'):
            for path in pathlib.Path(DEVSTACK).glob(file):
                if path.is_file():
                    library |= _functions(path)
        library |= _functions(pathlib.Path(DEVSTACK) / 'stack.sh')
        self.assertEqual(set(), recorder - library)


def _functions(path):
    return set(
        re.findall(r'^function ([\w-]+)', path.read_text(), flags=re.MULTILINE)
    )
