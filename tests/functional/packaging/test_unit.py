# SPDX-License-Identifier: Apache-2.0
"""The systemd unit: what systemd says of it, and the fencer as it runs it."""

import ctypes
import dataclasses
import grp
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import unittest

import requests

from tests.functional.daemon.base import SmallWorld
from tests.functional.daemon.process import Systemd
from tests.functional.daemon.process import wait_until
from tests.functional.pacemaker.base import open_to_all
from tests.functional.pacemaker.base import tool
from tests.functional.packaging import base
from tests.functional.packaging import restricted
from tests.functional.servers.process import free_port

UNIT = base.ROOT / 'pacemaker/nova-ha-fencer.service'
WORST = 14
"""Tenths of what "systemd-analyze security" may say; 100 is no protection."""

UID = 64999
"""Nobody's, without a name."""

GROUP = 'users'
"""In the place of Pacemaker's haclient."""


def settings(name):
    """Return the values that the unit gives, in their order."""
    lines = UNIT.read_text().splitlines()
    return [
        line.partition('=')[2] for line in lines if line.startswith(f'{name}=')
    ]


class SystemdTest(unittest.TestCase):
    def test_understood(self):
        analyze = tool('systemd-analyze')
        copy = base.directory() / UNIT.name
        program = base.installed() / 'bin/nova-ha-fencer'
        copy.write_text(
            UNIT.read_text().replace('/usr/bin/nova-ha-fencer', str(program))
        )
        done = subprocess.run(
            [analyze, 'verify', '--man=no', copy],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        said = [line for line in done.stderr.splitlines() if UNIT.name in line]
        self.assertEqual([], said)

    def test_secure(self):
        done = subprocess.run(
            [
                tool('systemd-analyze'),
                *('security', '--offline=true', '--no-pager'),
                *(f'--threshold={WORST}', UNIT),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        self.assertEqual(0, done.returncode, done.stdout)


class SystemCalls:
    """What SystemCallFilter= comes to, by systemd's own list of groups."""

    def __init__(self):
        done = subprocess.run(
            [tool('systemd-analyze'), 'syscall-filter', '--no-pager'],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        self._groups = {}
        for line in done.stdout.splitlines():
            if found := re.match(r'@[\w-]+', line):
                members = self._groups.setdefault(found[0], [])
            elif found := re.fullmatch(r'    ([@\w-]+)', line):
                members.append(found[1])

    def of(self, lines):
        """Return the names; a line with ~ takes away."""
        found = set(self._expanded('@default'))
        for line in lines:
            names = {
                name
                for word in line.lstrip('~').split()
                for name in self._expanded(word)
            }
            found = found - names if line.startswith('~') else found | names
        return sorted(found)

    def _expanded(self, word):
        if not word.startswith('@'):
            return [word]
        return [
            name
            for member in self._groups[word]
            for name in self._expanded(member)
        ]


@unittest.skipIf(os.getuid() != 0, 'needs root')
class RestrictedTestCase(SmallWorld, unittest.TestCase):
    """A fencer, not started, that may do what the unit lets it do."""

    def setUp(self):
        super().setUp()
        self.programs = base.installed() / 'bin'
        interpreter = (self.programs / 'python').resolve()
        if not open_to_all(interpreter):
            self.skipTest(f'{interpreter} is not for every user')
        try:
            ctypes.CDLL(restricted.LIBSECCOMP)
        except OSError as error:
            self.skipTest(str(error))
        self.directory.chmod(0o755)
        hosts = {'compute1': self.make_bmc('compute1')}
        if shutil.which('fence_ipmilan', path='/usr/sbin'):
            hosts['compute2'] = self.by_agent(self.make_bmc('compute2'))
        self.hosts = hosts
        self.fencer = self.make_fencer(
            hosts=hosts, fencer={'socket_group': GROUP}
        )
        self.fencer.programs = self.programs
        self.fencer.wrap = self.wrap
        self.give_away()

    def by_agent(self, parameters):
        return {
            'driver': 'fence_agent',
            'agent': 'fence_ipmilan',
            'ip': parameters['address'],
            'ipport': parameters['port'],
            'username': parameters['user'],
            'password': parameters['password'],
            'lanplus': True,
            'cipher': 3,
            'power_wait': '0',
        }

    def give_away(self):
        """As tmpfiles.d and an operator do it; the store is root's work."""
        os.chown(self.fencer.directory, UID, UID)
        for file in (self.fencer.config_file, self.fencer.hosts_file):
            os.chown(file, 0, UID)
            file.chmod(0o640)
        self.fencer.make_store()

    def wrap(self, command):
        order = restricted.Order(
            command=[str(word) for word in command],
            kept=[str(self.directory), str(base.directory())],
            writable=[str(self.fencer.directory)],
            uid=UID,
            groups=[grp.getgrnam(GROUP).gr_gid],
            calls=self.calls(),
            families=settings('RestrictAddressFamilies')[0].split(),
        )
        return [
            *('unshare', '--mount', '--propagation', 'private'),
            *('/usr/bin/python3', restricted.__file__),
            json.dumps(dataclasses.asdict(order)),
        ]

    def calls(self):
        found = SystemCalls().of(settings('SystemCallFilter'))
        self.assertNotIn('mount', found)
        found.remove('socket')
        return found


class WorkTest(RestrictedTestCase):
    """A BMC is switched by the fencer, which may do as little as that."""

    def status(self):
        text = pathlib.Path(f'/proc/{self.fencer.pid}/status').read_text()
        return dict(line.split(':\t', 1) for line in text.splitlines())

    def test_does_its_work(self):
        systemd = Systemd(self.fencer.directory)
        self.addCleanup(systemd.close)
        os.chown(systemd.path, UID, UID)
        self.fencer.start(
            NOTIFY_SOCKET=str(systemd.path), WATCHDOG_USEC='1000000'
        )
        self.assert_restricted()
        for host in self.hosts:
            answer = self.fencer.fence(host)
            self.assertFalse(answer['spooled'])
            self.assertEqual('off', self.power(host))
        self.assertEqual(
            grp.getgrnam(GROUP).gr_gid, self.fencer.socket.stat().st_gid
        )
        systemd.wait_for('READY=1')
        self.fencer.signal(signal.SIGHUP)
        systemd.wait_for('READY=1', times=2)
        systemd.wait_for('WATCHDOG=1', times=2)
        self.assertEqual(0, self.fencer.terminate())
        self.assertNotIn('Traceback', self.fencer.log())
        self.assertNotIn('not permitted', self.fencer.log())

    def test_serves_people(self):
        port = free_port()
        self.fencer.configure(
            {
                'fencer': {'socket_group': GROUP},
                'api': {'enabled': True, 'bind_port': port},
                'keystone_authtoken': {'auth_type': 'none'},
            }
        )
        self.fencer.start()
        health = f'http://127.0.0.1:{port}/v1/health/ready'

        def ready():
            try:
                return requests.get(health, timeout=60).ok
            except requests.ConnectionError:
                return False

        wait_until(ready, 'REST API', 60)
        self.assertEqual(0, self.fencer.terminate())
        self.assertNotIn('not permitted', self.fencer.log())

    def test_root_beside_it_does_no_harm(self):
        """What root makes in the store, the fencer can go on with."""
        self.fencer.start()
        for arguments in (
            ('recovery', 'list'),
            ('mode', 'set', 'paused', '--reason', 'x'),
            ('db', 'version'),
        ):
            done = self.fencer.manage(*arguments)
            self.assertEqual(0, done.returncode, done)
        answer = self.fencer.fence('compute1')
        self.assertFalse(answer['spooled'])
        for path in self.fencer.directory.iterdir():
            if path.name.startswith('nova-ha.sqlite'):
                self.assertEqual(UID, path.stat().st_uid, path)

    def test_spools_where_the_store_is_away(self):
        self.fencer.configure(
            {
                'fencer': {'socket_group': GROUP},
                'database': {
                    'connection': 'mysql+pymysql://u:p@127.0.0.1:9/x'
                },
            }
        )
        self.fencer.start()
        self.assertTrue(self.fencer.fence('compute1')['spooled'])
        [entry] = self.fencer.spool.iterdir()
        self.assertEqual(UID, entry.stat().st_uid)

    def assert_restricted(self):
        status = self.status()
        self.assertEqual({str(UID)}, set(status['Uid'].split()))
        for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'):
            self.assertEqual(0, int(status[name], 16), name)
        self.assertEqual('1', status['NoNewPrivs'])
        self.assertEqual('2', status['Seccomp'])
        root = pathlib.Path(f'/proc/{self.fencer.pid}/mountinfo').read_text()
        [options] = [
            line.split()[5]
            for line in root.splitlines()
            if line.split()[4] == '/'
        ]
        self.assertIn('ro', options.split(','))


class RefusedTest(RestrictedTestCase):
    """The restrictions hold: what the unit forbids cannot be done."""

    def refused(self, statement):
        """Return what became of a statement of Python, run like that."""
        done = subprocess.run(
            self.wrap([self.programs / 'python', '-c', statement]),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return done.stderr.strip().splitlines()[-1:]

    def assert_refused(self, part, statement):
        self.assertIn(part, ''.join(self.refused(statement)))

    def test_refused(self):
        self.assertEqual([], self.refused('import ssl, sqlite3, ctypes'))
        self.assert_refused('Read-only', 'open("/etc/x", "w")')
        self.assert_refused('Read-only', f'open("{base.directory()}/x", "w")')
        self.assert_refused(
            'denied', 'import os; os.listdir(os.path.expanduser("~root"))'
        )
        self.assert_refused('not permitted', 'import os; os.setuid(0)')
        self.assert_refused(
            'not permitted',
            'import socket; socket.socket(socket.AF_PACKET)',
        )
        self.assert_refused(
            'denied',
            'import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | 4)',
        )
