# SPDX-License-Identifier: Apache-2.0
"""The engine with real threads and a real clock, for about a second."""

import logging
import threading
import time
import unittest

from nova_ha.clock import SystemClock
from nova_ha.engine.engine import Engine
from nova_ha.engine.periodic import Periodic
from nova_ha.engine.pools import Pools
from nova_ha.engine.settings import Settings
from nova_ha.engine.world import World as Ports
from nova_ha.probe import SocketProbe
from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.hosts import SimHost
from tests.simulator.hosts import SimHosts
from tests.simulator.hosts import SimPower
from tests.simulator.ledger import Ledger
from tests.simulator.notices import SimNotifier
from tests.simulator.nova import SimNova
from tests.simulator.storage import Storage

SETTINGS = Settings(
    owner='c1',
    scan_interval=0.05,
    host_watch_interval=0.05,
    power_watch_interval=0.05,
    poll_interval=0.02,
    retry_interval=0.02,
)


class RealTime(SystemClock):
    """The world's events as timers, so that SimNova lives in real time."""

    def __init__(self):
        self.timers = []

    def after(self, seconds, action):
        timer = threading.Timer(min(seconds, 0.05), action)
        timer.daemon = True
        self.timers.append(timer)
        timer.start()

    def sleep(self, seconds):
        threading.Event().wait(min(seconds, 0.02))

    def close(self):
        for timer in self.timers:
            timer.cancel()


class ThreadsTest(unittest.TestCase):
    def setUp(self):
        super().setUp()
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)
        self.clock = RealTime()
        self.addCleanup(self.clock.close)
        self.storage = Storage(self.clock)
        self.addCleanup(self.storage.close)
        names = ('h1', 'h2', 'h3')
        self.hosts = {n: SimHost(n, self.clock) for n in names}
        self.ledger = Ledger(self.clock)
        self.nova = SimNova(self.hosts, self.clock, self.ledger)
        self.notices = SimNotifier()
        for _ in range(6):
            self.nova.boot('h1')
        self.engine = self.make_engine()

    def make_engine(self):
        ports = Ports(
            hosts=SimHosts(self.hosts),
            power=SimPower(self.hosts, self.clock, self.ledger),
            compute=self.nova,
            store=self.storage.store,
            spool=self.storage.spool,
            notifier=self.notices,
            probe=SocketProbe(),
            clock=self.clock,
        )
        return Engine(ports, Pools.of(4, 4, 4), lambda: SETTINGS)

    def wait(self, happened):
        deadline = time.monotonic() + 20
        while not happened():
            self.assertLess(time.monotonic(), deadline, 'too late')
            threading.Event().wait(0.01)

    def state(self):
        return self.storage.store.recoveries(host='h1', limit=1)[0].state

    def test_from_the_request_to_the_end(self):
        self.assertEqual(0, self.engine.beats())
        self.engine.start()
        fenced = self.engine.intake.fence(
            'h1', 'pacemaker', 'lost', Deadline.after(5)
        )
        self.engine.intake.answered(fenced.recovery)
        self.wait(lambda: self.state() is S.EVACUATED)
        self.hosts['h1'].switch_on()
        self.nova.start_compute('h1')
        self.wait(lambda: self.state() is S.COMPLETED)
        self.wait(lambda: self.engine.beats() > 2)
        self.engine.stop(5)
        self.assertEqual(0, self.engine.beats())
        self.assertEqual([], self.ledger.broken)
        self.assertIsNone(self.storage.store.get(fenced.recovery.uuid).owner)

    def test_stopped_in_the_middle_and_started_again(self):
        self.nova.spawn_takes = 0.05
        self.engine.start()
        self.engine.intake.fence('h1', 'pacemaker', 'x', Deadline.after(5))
        self.wait(lambda: self.state() is not S.FENCING)
        self.engine.stop(5)
        self.engine = self.make_engine()
        self.engine.start()
        self.addCleanup(self.engine.stop, 5)
        self.wait(lambda: self.state() is S.EVACUATED)
        self.assertEqual([], self.ledger.broken)

    def test_work_that_does_not_end_is_cut_off(self):
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.engine.start()
        work = self.engine._pools.hosts.submit(gate.wait, 10)
        self.engine.stop(0.2)
        self.assertFalse(work.done())

    def test_the_store_is_away_at_the_stop(self):
        self.engine.start()
        self.storage.store.release = _away
        self.addCleanup(delattr, self.storage.store, 'release')
        self.engine.stop(1)

    def test_the_pools_are_gone_before_the_conductor(self):
        self.engine.start()
        self.engine._pools.hosts.shutdown()
        self.engine.conductor.wake('any')
        self.wait(lambda: not self.engine._thread.is_alive())
        self.assertEqual(0, self.engine.beats())
        self.engine.stop(1)


class PeriodicTest(unittest.TestCase):
    def test_turns_until_stopped(self):
        turns = []
        loop = Periodic('test', lambda: turns.append(1), lambda: 0.005)
        self.assertFalse(loop.is_alive())
        loop.start()
        deadline = time.monotonic() + 5
        while loop.turns < 3 and time.monotonic() < deadline:
            threading.Event().wait(0.005)
        loop.stop(5)
        self.assertFalse(loop.is_alive())
        self.assertGreaterEqual(len(turns), 3)


def _away(owner):
    raise errors.StoreUnavailable('away')
