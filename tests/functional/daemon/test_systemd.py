# SPDX-License-Identifier: Apache-2.0
"""Words to systemd, on a socket such as it gives to a service."""

import signal

from tests.functional.daemon import base
from tests.functional.daemon.process import Systemd


class SystemdTest(base.DaemonTest):
    def setUp(self):
        super().setUp()
        self.fencer.make_store()
        self.systemd = Systemd(self.directory)
        self.addCleanup(self.systemd.close)

    def start(self, **environment):
        self.fencer.launch(NOTIFY_SOCKET=str(self.systemd.path), **environment)

    def test_life(self):
        self.start(WATCHDOG_USEC='1000000')
        self.systemd.wait_for('READY=1')
        self.assertTrue(self.fencer.answers(), 'ready means: it answers')
        self.systemd.wait_for('WATCHDOG=1', times=3)

        self.fencer.signal(signal.SIGHUP)
        self.systemd.wait_for('RELOADING=1')
        self.systemd.wait_for('READY=1', times=2)

        self.fencer.signal(signal.SIGTERM)
        self.systemd.wait_for('STOPPING=1')
        self.assertEqual('STOPPING=1', self.systemd.heard[-1])

    def test_a_watchdog_of_another_process(self):
        """WATCHDOG_PID names who is meant."""
        self.start(WATCHDOG_USEC='100000', WATCHDOG_PID='1')
        self.systemd.wait_for('READY=1')
        self.fencer.signal(signal.SIGTERM)
        self.systemd.wait_for('STOPPING=1')
        self.assertLess(self.systemd.heard.count('WATCHDOG=1'), 20)

    def test_not_ready_when_refused(self):
        self.fencer.hosts_file.unlink()
        self.start()
        self.assertEqual(1, self.fencer._process.wait(30))
        with self.assertRaises(AssertionError):
            self.systemd.wait_for('READY=1', seconds=0.1)
