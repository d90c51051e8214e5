# SPDX-License-Identifier: Apache-2.0
"""The real drivers against BMCs that answer real packets on loopback."""

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
        self.assertLess(took, seconds + 1.0)
        return str(error)


def host_of(bmc, name='c1', **changes):
    return Host(name, name, (device_of(bmc, **changes),))


def device_of(bmc, **changes):
    return PowerDevice('ipmi', bmc.parameters(**changes))
