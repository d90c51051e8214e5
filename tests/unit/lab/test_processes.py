# SPDX-License-Identifier: Apache-2.0
"""Pid files that cannot lie, on real processes."""

import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

from tests.lab import processes
from tests.lab.errors import LabError
from tests.lab.processes import ManagedProcess
from tests.lab.waiting import wait_until

ENV = {'PATH': '/usr/bin:/bin'}


class TestManagedProcess(unittest.TestCase):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def process(self, *argv):
        process = ManagedProcess(
            'it',
            argv,
            pid_file=self.directory / 'it.pid',
            log=self.directory / 'it.log',
            env=ENV,
        )
        self.addCleanup(process.kill)
        return process

    def test_found_again_by_another_object(self):
        self.process('sleep', '60').start()

        self.assertIsNotNone(self.process('sleep', '60').pid())

    def test_second_start_is_refused(self):
        process = self.process('sleep', '60')
        process.start()

        with self.assertRaisesRegex(LabError, 'it runs already'):
            process.start()

    def test_stop_ends_the_whole_group(self):
        process = self.process('sh', '-c', 'sleep 60 & echo ready; wait')
        process.start()
        pid = process.pid()
        wait_until(process.log.read_text, 10, 'the child')
        self.assertEqual(2, len(processes.group_members(pid)))

        process.stop()

        self.assertEqual([], processes.group_members(pid))
        self.assertFalse(process.pid_file.exists())

    def test_stop_ends_what_ignores_sigterm(self):
        process = self.process(
            'sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 1; done'
        )
        process.start()
        wait_until(process.log.read_text, 10, 'the trap')

        process.stop(grace=0.05)

        self.assertIsNone(process.pid())

    def test_stop_ends_workers_whose_leader_died(self):
        process = self.process('sh', '-c', 'sleep 60 & echo ready; wait')
        process.start()
        pid = process.pid()
        wait_until(process.log.read_text, 10, 'the child')
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: process.pid() is None, 10, 'the leader to end')
        self.assertEqual(1, len(processes.group_members(pid)))

        process.stop()

        self.assertEqual([], processes.group_members(pid))

    def test_recycled_pid_is_left_alone(self):
        with subprocess.Popen(
            ['sleep', '60'], start_new_session=True
        ) as alien:
            self.addCleanup(alien.kill)
            ticks = processes.started_at(alien.pid)
            process = self.process('sleep', '60')
            process.pid_file.write_text(f'{alien.pid} {ticks - 1}\n')

            self.assertIsNone(process.pid())
            process.stop()

            self.assertEqual(ticks, processes.started_at(alien.pid))
            alien.kill()

    def test_program_that_does_not_exist(self):
        with self.assertRaisesRegex(LabError, 'it cannot be started'):
            self.process('/no/such/program').start()

    def test_program_that_ends_at_once(self):
        process = self.process('true')
        process.start()

        wait_until(lambda: process.pid() is None, 10, 'its end')
        process.stop()
        self.assertFalse(process.pid_file.exists())

    def test_output_goes_to_the_log(self):
        process = self.process('sh', '-c', 'seq 100; echo last >&2')
        process.start()
        wait_until(lambda: process.pid() is None, 10, 'its end')

        self.assertEqual('100\nlast', processes.tail(process.log, 2))
