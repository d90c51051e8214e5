# SPDX-License-Identifier: Apache-2.0
"""The processes behind the actions: their end, their secrets, their death."""

from concurrent import futures
import os
import pathlib
import signal
import sys
import threading
import time

from nova_ha.recovery import errors
from tests.bmc import faulty
from tests.functional.power import base


def children(pid):
    """Return the pids of a process's children."""
    found = []
    for stat in pathlib.Path('/proc').glob('[0-9]*/stat'):
        try:
            fields = stat.read_text().rpartition(')')[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] not in 'ZX':
            found.append(int(stat.parent.name))
    return found


def is_begun(child):
    """Whether a child runs a program of its own.

    Before, it is a copy of us, and somebody here waits for the program.
    """
    own, other = (
        pathlib.Path(f'/proc/{each}/cmdline').read_bytes()
        for each in ('self', child)
    )
    return own != other


def wait_for(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        threading.Event().wait(0.01)
    raise AssertionError('waited in vain')


class WorkersTest(base.PowerTestCase):
    def setUp(self):
        super().setUp()
        (self.bmc,) = self.faulty_bmcs()
        self.host = base.host_of(self.bmc)
        self.power.warm([self.host])
        # The server has been started, but may not yet be up.
        self.check(self.host)
        self.workers = self.power.driver('ipmi')._workers
        self.pool = futures.ThreadPoolExecutor(2)
        self.addCleanup(self.pool.shutdown)

    @property
    def server(self):
        return self.workers._server._process

    def under_way(self, seconds=6):
        """Begin a power-off at a silent BMC; return it and its worker."""
        self.bmc.set(silent=True)
        action = self.pool.submit(
            self.failure, errors.PowerUnreachable, self.host, seconds
        )
        (worker,) = wait_for(lambda: children(self.server.pid))
        return action, worker

    def switching_off(self):
        """Begin a power-off; return it and its worker, which waits for off.

        It comes when the BMC is told so.
        """
        self.bmc.set(off_after=60.0)
        action = self.pool.submit(self.off, self.host, base.ENOUGH)
        (worker,) = wait_for(lambda: children(self.server.pid))
        wait_for(lambda: self.bmc.state()['offs'])
        return action, worker

    def test_no_secret_can_be_seen(self):
        action, worker = self.under_way()
        looked_at = 0
        for pid in (worker, self.server.pid, os.getpid()):
            for name in ('cmdline', 'environ'):
                content = pathlib.Path(f'/proc/{pid}/{name}').read_bytes()
                self.assertNotIn(faulty.PASSWORD.encode(), content)
                looked_at += bool(content)
        self.assertEqual(6, looked_at)
        action.result()

    def test_a_hung_worker_ends_at_the_deadline(self):
        self.conf.set_override('attempt_timeout', 30.0, 'power')
        action, worker = self.under_way(5)
        os.kill(worker, signal.SIGSTOP)
        self.assertIn('did not end in time and was killed', action.result())
        # The kernel may need a moment to put it away.
        wait_for(lambda: not pathlib.Path(f'/proc/{worker}').exists())

    def test_a_worker_that_dies_is_an_error_and_tried_again(self):
        action, worker = self.switching_off()
        os.kill(worker, signal.SIGKILL)
        self.bmc.set(power='off')
        # The second attempt found it off, or still on: who knows.
        self.assertIsNot(False, action.result().was_running)
        self.assertEqual('off', self.bmc.state()['power'])

    def test_the_service_being_stopped_does_not_stop_a_power_off(self):
        action, worker = self.switching_off()
        self.stop.set()
        os.kill(worker, signal.SIGTERM)
        os.kill(self.server.pid, signal.SIGTERM)
        self.bmc.set(power='off')
        self.assertIs(True, action.result().was_running)

    def test_a_dead_server_is_started_again(self):
        first = self.server.pid
        self.off(self.host)
        os.kill(first, signal.SIGKILL)
        self.off(self.host)
        self.assertNotEqual(first, self.server.pid)

    def test_a_hung_server_is_replaced(self):
        first = self.server.pid
        self.off(self.host)
        os.kill(first, signal.SIGSTOP)
        self.bmc.set(power='on')
        self.assertIs(True, self.off(self.host, 15).was_running)
        self.assertNotEqual(first, self.server.pid)

    def test_without_a_server_workers_are_started_plainly(self):
        self.workers._server.close()
        self.workers._server.start = lambda channel, errors: None
        self.assertIs(True, self.off(self.host).was_running)
        self.bmc.set(silent=True)
        before = set(children(os.getpid()))
        action = self.pool.submit(
            self.failure, errors.PowerUnreachable, self.host, 5
        )
        (worker,) = wait_for(
            lambda: [
                child
                for child in set(children(os.getpid())) - before
                if is_begun(child)
            ]
        )
        for name in ('cmdline', 'environ'):
            content = pathlib.Path(f'/proc/{worker}/{name}').read_bytes()
            self.assertNotIn(faulty.PASSWORD.encode(), content)
        os.kill(worker, signal.SIGSTOP)
        self.assertIn('did not end in time and was killed', action.result())
        self.assertFalse(pathlib.Path(f'/proc/{worker}').exists())

    def test_close_ends_the_server(self):
        pid = self.server.pid
        self.power.close()
        self.assertFalse(pathlib.Path(f'/proc/{pid}').exists())

    def test_the_server_ends_with_its_service(self):
        server = self.server
        self.workers._server._control.close()
        self.assertEqual(0, server.wait(5))

    def test_nothing_is_left_open(self):
        self.off(self.host)
        before = base.descriptors()
        for _ in range(5):
            self.off(self.host)
        self.failure_at_once(
            errors.PowerAuthError, base.host_of(self.bmc, password='x')
        )
        self.assertEqual(set(), base.descriptors() - before)
        wait_for(lambda: not children(self.server.pid))

    def test_what_a_broken_worker_says_is_told(self):
        broken = (sys.executable, '-c', 'raise SystemExit("no pyghmi")')
        self.workers._server.close()
        self.workers._command = self.workers._server._command = broken
        text = self.failure_at_once(errors.PowerUnreachable, self.host)
        self.assertIn('ended without a result: no pyghmi', text)
