# SPDX-License-Identifier: Apache-2.0
"""The power switch of a host, with a stand-in for nova-compute."""

from concurrent import futures
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
from unittest import mock

from tests.lab import guests
from tests.lab import processes
from tests.lab.config import LabConfig
from tests.lab.errors import LabError
from tests.lab.hosts import ComputeHost
from tests.lab.waiting import wait_until


@unittest.skipUnless(shutil.which('flock'), 'needs flock')
class TestComputeHost(unittest.TestCase):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.config = LabConfig(base=pathlib.Path(directory.name))
        for path in (self.config.run, self.config.log, self.config.state):
            path.mkdir()
        self.host = ComputeHost(self.config, 1)
        self.host.prepare()
        self._replace_compute()
        self.addCleanup(self.host.power_off)

    def _replace_compute(self):
        """A process that does nothing is all the switch can tell."""
        env = self.host.directory / 'host.env'
        lines = env.read_text().splitlines()
        lines[-1] = "COMPUTE='sleep 600'"
        env.write_text('\n'.join(lines))

    def ask(self, *words):
        command = [*self.host.bmc.chassis_command, *words]
        return subprocess.run(
            command, capture_output=True, text=True, check=False
        )

    def define_guest(self, uuid, state):
        (self.host.directory / 'guests' / uuid).write_text(f'{state} name\n')

    def test_new_host_is_on(self):
        self.assertEqual('power:1\n', self.ask('get', 'power').stdout)
        self.assertIsNone(self.host.pid())

    def test_power_off_ends_nova_compute_and_running_guests(self):
        self.host.start_compute()
        pid = self.host.pid()
        for uuid, state in (('runs', 1), ('paused', 3), ('stopped', 4)):
            self.define_guest(uuid, state)

        self.assertEqual(0, self.ask('set', 'power', '0').returncode)

        self.assertIsNone(processes.started_at(pid))
        self.assertEqual('power:0\n', self.ask('get', 'power').stdout)
        self.assertEqual({4}, set(self.host.guests().values()))
        events = guests.read_journal(self.config.journal)
        self.assertEqual(
            [('paused', 'stop'), ('runs', 'stop')],
            sorted((event.uuid, event.event) for event in events),
        )

    def test_power_off_twice_is_one(self):
        self.define_guest('runs', 1)
        self.host.power_off()
        self.host.power_off()

        self.assertEqual(1, len(guests.read_journal(self.config.journal)))

    def test_power_on_boots(self):
        self.host.power_off()
        self.host.power_on()

        self.assertIsNotNone(self.host.pid())

    def test_power_on_without_autostart(self):
        self.host.set_knobs(autostart=False)
        self.host.power_off()
        self.host.power_on()

        self.assertEqual('on', self.host.power_state())
        self.assertIsNone(self.host.pid())

    def test_power_on_of_a_host_that_is_on_changes_nothing(self):
        self.host.start_compute()
        pid = self.host.pid()
        self.host.power_on()

        self.assertEqual(pid, self.host.pid())

    def test_crash_leaves_guests_running_until_power_off(self):
        self.host.start_compute()
        self.define_guest('runs', 1)
        self.host.crash()

        self.assertIsNone(self.host.pid())
        self.assertTrue(self.host.crashed())
        self.assertEqual('on', self.host.power_state())
        self.assertEqual({'runs': 1}, self.host.guests())

        self.host.power_off()

        self.assertFalse(self.host.crashed())
        self.assertEqual({'runs': 4}, self.host.guests())

    def test_reset(self):
        self.host.start_compute()
        pid = self.host.pid()

        self.assertEqual(0, self.ask('set', 'reset', '1').returncode)

        self.assertNotIn(self.host.pid(), (None, pid))

    def test_reset_of_a_host_that_is_off_fails(self):
        self.host.power_off()

        self.assertNotEqual(0, self.ask('set', 'reset', '1').returncode)
        self.assertEqual('off', self.host.power_state())

    def test_nothing_starts_on_a_host_that_is_off(self):
        self.host.power_off()

        with self.assertRaisesRegex(LabError, 'compute1 is powered off'):
            self.host.start_compute()
        self.assertIsNone(self.host.pid())

    def test_many_switches_at_once_end_in_one_state(self):
        with futures.ThreadPoolExecutor(8) as pool:
            for _ in range(8):
                pool.submit(self.host.power_off)
                pool.submit(self.host.power_on)
        self.host.power_on()
        pid = self.host.pid()
        self.assertIsNotNone(pid)

        self.host.power_off()

        self.assertIsNone(processes.started_at(pid))
        self.assertEqual([], sleepers(self.config.base))

    def test_power_off_before_nova_compute_leads_its_group(self):
        """The switch is quicker than setsid, which here never gets there."""
        programs = self.config.base / 'bin'
        programs.mkdir()
        (programs / 'setsid').write_text('#!/bin/sh\nexec sleep 600\n')
        (programs / 'setsid').chmod(0o755)
        path = f'{programs}:{os.environ["PATH"]}'
        with mock.patch.dict(os.environ, PATH=path):
            self.host.start_compute()
        pid = self.host.pid()
        self.assertIsNotNone(pid)

        self.host.power_off()

        self.assertIsNone(processes.started_at(pid))

    def test_nova_compute_inherits_nothing_of_its_starter(self):
        with tempfile.TemporaryFile() as held:
            # One of those that a shell can close, whatever this process has
            # open; nova-compute itself closes the others.
            keeping = ['/bin/sh', '-c', 'exec "$@" 7<&0', 'sh']
            subprocess.run(
                [*keeping, *self.host.bmc.chassis_command, 'start'],
                check=True,
                stdin=held,
            )
        descriptors = pathlib.Path(f'/proc/{self.host.pid()}/fd')
        wait_until(
            lambda: (
                {path.name for path in descriptors.iterdir()}
                == {'0', '1', '2'}
            ),
            10,
            'nova-compute to have only its three files open',
        )


def sleepers(base):
    """Stand-ins of this test that still run, by the log they hold open."""
    found = []
    for entry in pathlib.Path('/proc').iterdir():
        if not entry.name.isdigit():
            continue
        try:
            log = (entry / 'fd' / '1').readlink()
        except OSError:
            continue
        if base in log.parents:
            found.append(entry.name)
    return found
