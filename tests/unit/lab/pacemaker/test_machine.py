# SPDX-License-Identifier: Apache-2.0
"""A machine, real namespaces and all, that runs nothing but its init."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from tests.lab import guests
from tests.lab import processes
from tests.lab.config import BRIDGE
from tests.lab.config import LabConfig
from tests.lab.errors import LabError
from tests.lab.pacemaker import netns
from tests.lab.pacemaker.machine import Machine
from tests.lab.pacemaker.network import Network
from tests.lab.waiting import wait_until

NEEDED = ('ip', 'nsenter', 'unshare', 'flock')


def needs():
    """Why it cannot be tried here; '' if it can."""
    if os.geteuid() != 0:
        return 'needs root'
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        return f'needs {missing[0]}'
    known = pathlib.Path('/etc/passwd').read_text()
    return '' if 'hacluster:' in known else 'needs Pacemaker installed'


@unittest.skipIf(needs(), needs())
class TestMachine(unittest.TestCase):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        # A block of ports that no lab has, for the names of the namespaces.
        self.config = LabConfig(
            base=pathlib.Path(directory.name),
            controllers=1,
            port_base=50000 + os.getpid() % 10000,
        )
        for path in (self.config.run, self.config.log, self.config.state):
            path.mkdir()
        self.network = Network(self.config)
        self.addCleanup(self.network.remove)
        self.network.make()
        self.machine = Machine(self.config, 'one', 'none', '10.77.0.99')
        self.machine.prepare(self.network)
        self.addCleanup(self.machine.halt)

    def reachable(self):
        """Whether it answers at the switch."""
        return (
            subprocess.run(
                [
                    *('ip', 'netns', 'exec', self.network.name),
                    *('ping', '-c', '1', '-W', '1', '10.77.0.99'),
                ],
                capture_output=True,
                check=False,
            ).returncode
            == 0
        )

    def until_reachable(self):
        """The kernel takes a cable into use some time after it is plugged."""
        wait_until(self.reachable, 20, 'it to answer')

    def define_guest(self, uuid):
        (self.machine.directory / 'guests' / uuid).write_text('1 name\n')

    def power(self):
        command = self.machine.command('get', 'power')
        return subprocess.run(
            command, capture_output=True, text=True, check=True
        ).stdout.strip()

    def test_it_is_a_world_of_its_own(self):
        self.machine.configure('etc/hosts', 'its own\n')
        self.machine.boot()

        told = self.machine.run('sh', '-c', 'hostname; cat /etc/hosts; ps -e')

        lines = told.stdout.splitlines()
        self.assertEqual(['one', 'its own'], lines[:2], told)
        self.assertLess(len(lines), 10, 'nobody else is there')
        self.assertNotIn('its own', pathlib.Path('/etc/hosts').read_text())

    def test_it_cannot_end_the_machine_below(self):
        trigger = '/proc/sysrq-trigger'
        if not pathlib.Path(trigger).exists():
            self.skipTest('this kernel has no sysrq')
        self.machine.boot()

        told = self.machine.run('stat', '-c', '%t:%T', trigger)

        self.assertEqual('1:3', told.stdout.strip(), 'it is /dev/null')

    def test_power_off_is_silence_and_the_end(self):
        self.machine.boot()
        self.define_guest('a')
        init = self.machine.init()
        self.until_reachable()

        self.machine.act('set', 'power', '0')

        self.assertEqual('power:0', self.power())
        self.assertIsNone(processes.started_at(init))
        self.assertIsNone(self.machine.init())
        self.assertFalse(self.reachable())
        (event,) = guests.read_journal(self.config.journal)
        self.assertEqual(('a', 'stop'), (event.uuid, event.event))

    def test_power_on_boots(self):
        self.machine.act('set', 'power', '0')
        self.machine.act('set', 'power', '1')

        self.assertEqual('power:1', self.power())
        self.until_reachable()

    def test_crash_freezes_it_until_power_off(self):
        self.machine.boot()
        self.define_guest('a')
        init = self.machine.init()

        self.machine.act('crash')

        stat = pathlib.Path(f'/proc/{init}/stat')
        wait_until(
            lambda: stat.read_text().rpartition(')')[2].split()[0] == 'T',
            5,
            'the init to be stopped',
        )
        self.assertEqual('power:1', self.power())
        self.assertFalse(self.reachable())
        self.assertEqual([], guests.read_journal(self.config.journal))

        self.machine.act('set', 'power', '0')

        self.assertIsNone(processes.started_at(init))
        self.assertEqual(1, len(guests.read_journal(self.config.journal)))

    def test_reboot_ends_all_and_leaves_it_on(self):
        self.machine.boot()
        self.define_guest('a')
        before = self.machine.init()

        self.machine.reboot()

        self.assertNotIn(self.machine.init(), (None, before))
        self.assertEqual('power:1', self.power())
        self.assertEqual(1, len(guests.read_journal(self.config.journal)))

    def test_cable(self):
        self.machine.boot()
        self.machine.cut()
        self.assertFalse(self.reachable())

        self.machine.heal()

        self.until_reachable()

    def test_pids_of_inside_and_outside(self):
        self.machine.boot()

        self.assertEqual(self.machine.init(), self.machine.outer_pid(1))
        self.assertIsNone(self.machine.outer_pid(99999))

    def test_what_is_off_runs_nothing(self):
        self.machine.act('set', 'power', '0')

        done = self.machine.run('true')

        self.assertEqual('one does not run', done.stderr.strip())
        with self.assertRaisesRegex(LabError, 'one is powered off'):
            self.machine.boot()


@unittest.skipIf(needs(), needs())
class TestNetwork(unittest.TestCase):
    def setUp(self):
        super().setUp()
        config = LabConfig(
            controllers=1, port_base=50000 + os.getpid() % 10000
        )
        self.network = Network(config)
        self.addCleanup(self.network.remove)

    def addresses(self):
        return self.output('ip', '-4', '-o', 'addr')

    def namespace(self):
        """Where what this process starts is; whose addresses may change."""
        return self.output('readlink', '/proc/self/ns/net')

    def output(self, *command):
        return subprocess.run(
            command, capture_output=True, text=True, check=True
        ).stdout

    def test_this_process_goes_there_and_back(self):
        before = self.namespace()
        self.network.make()
        self.network.enter()
        there = self.addresses()
        self.network.leave()

        self.assertIn(f'{BRIDGE}/16', there)
        self.assertEqual(before, self.namespace())

    def test_nothing_is_left(self):
        self.network.make()
        self.network.make()
        self.network.remove()

        self.assertFalse(self.network.exists())
        self.assertFalse(netns.exists(self.network.name))

    def test_entering_what_is_not_there(self):
        with self.assertRaisesRegex(LabError, 'cannot be entered: No such'):
            self.network.enter()
