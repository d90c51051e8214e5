# SPDX-License-Identifier: Apache-2.0
"""The real drivers against BMCs that answer real packets on loopback."""

import contextlib
import pathlib
import threading
import time

import fixtures
from oslo_config import cfg
import testtools

from nova_ha import conf as options
from nova_ha.clock import SystemClock
from nova_ha.power import drivers
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import PowerDevice
from tests.bmc import faulty

ENOUGH = 30.0
"""Seconds for what takes a moment, on any machine."""
LATE = 5.0
"""Seconds that a busy machine may make of a moment. What knows no deadline
is a minute late here."""


class PowerTestCase(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.conf = cfg.ConfigOpts()
        options.register_opts(self.conf)
        self.conf([], default_config_files=[])
        self.stop = threading.Event()
        self.power = drivers.Power(self.conf, SystemClock(), self.stop)
        self.addCleanup(self.power.close)

    def faulty_bmcs(self, count=1, address='127.0.0.1'):
        bmcs = faulty.FaultyBmcs(count, address)
        bmcs.__enter__()
        self.addCleanup(bmcs.__exit__)
        return bmcs

    def temporary_directory(self):
        return pathlib.Path(self.useFixture(fixtures.TempDir()).path)

    def off(self, host, seconds=10.0):
        return self.power.power_off(host, Deadline.after(seconds))

    def check(self, host, seconds=10.0):
        (device,) = host.devices
        return self.power.check(host, device, Deadline.after(seconds))

    def failure(self, kind, host, seconds):
        """Fail to switch off; return the words and the seconds it took."""
        began = time.monotonic()
        error = self.assertRaises(kind, self.off, host, seconds)
        took = time.monotonic() - began
        self.assertNotIn(faulty.PASSWORD, str(error))
        self.assertLess(took, seconds + LATE)
        return str(error)

    def in_the_first_pause(self, do):
        """Have something done between the first attempt and the second."""
        wait = self.stop.wait

        def do_and_wait(seconds):
            self.stop.wait = wait
            do()
            return wait(seconds)

        self.stop.wait = do_and_wait

    def failure_at_once(self, kind, host, seconds=ENOUGH):
        """Fail in one attempt: a service that stops begins no other.

        So the words are not those of an attempt that had hardly any time.
        """
        self.stop.set()
        try:
            return self.failure(kind, host, seconds)
        finally:
            self.stop.clear()


def descriptors():
    """Return what is open in this process, by number and target.

    What others have left open may be closed by the garbage collector at any
    time, so it is what was not there before that counts.
    """
    found = set()
    for link in pathlib.Path('/proc/self/fd').iterdir():
        # The directory that is being read is among them.
        with contextlib.suppress(FileNotFoundError):
            found.add((link.name, str(link.readlink())))
    return found


def host_of(bmc, name='c1', **changes):
    return Host(name, name, (device_of(bmc, **changes),))


def device_of(bmc, **changes):
    return PowerDevice('ipmi', bmc.parameters(**changes))
