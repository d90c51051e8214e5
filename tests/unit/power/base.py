# SPDX-License-Identifier: Apache-2.0
"""Power actions in a time that passes only when somebody waits."""

import datetime

from oslo_config import cfg
import testtools

from nova_ha import conf as options
from nova_ha.power import drivers
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.ports import PowerCheck
from nova_ha.recovery.states import PowerState

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


class VirtualTime:
    """A clock and the stop event whose waits move it."""

    def __init__(self):
        self.elapsed = 0.0
        self.stop_at = float('inf')

    def now(self):
        return START + datetime.timedelta(seconds=self.elapsed)

    def monotonic(self):
        return self.elapsed

    def is_set(self):
        return self.elapsed >= self.stop_at

    def wait(self, timeout=None):
        self.elapsed = min(
            self.elapsed + timeout, max(self.elapsed, self.stop_at)
        )
        return self.is_set()


class ScriptedDriver:
    """Fails as it is told, taking as long as it is told."""

    def __init__(self, time, name='scripted'):
        self._time = time
        self._name = name
        self.script = []
        self.calls = []
        self.ends = []
        self.closed = False

    def then(self, outcome, takes=0.0):
        """Add the outcome of the next attempt; the last one repeats."""
        self.script.append((outcome, takes))
        return self

    def _next(self, host, deadline):
        self.calls.append(self._time.elapsed)
        outcome, takes = (
            self.script.pop(0) if len(self.script) > 1 else self.script[0]
        )
        self._time.elapsed += min(takes, deadline.remaining())
        self.ends.append(self._time.elapsed)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def power_off(self, host, device, deadline):
        was_running = self._next(host, deadline)
        return OffProof(
            host.name, self._name, 'script', self._time.now(), was_running
        )

    def power_on(self, host, device, deadline):
        self._next(host, deadline)

    def power_state(self, host, device, deadline):
        outcome = self._next(host, deadline)
        return outcome if isinstance(outcome, PowerState) else PowerState.ON

    def check(self, host, device, deadline):
        self._next(host, deadline)
        return PowerCheck(PowerState.ON, 'operator')

    def close(self):
        self.closed = True


class PowerTestCase(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.conf = cfg.ConfigOpts()
        options.register_opts(self.conf)
        self.conf([], default_config_files=[])
        self.time = VirtualTime()
        self.power = drivers.Power(self.conf, self.time, self.time)
        self.scripted = ScriptedDriver(self.time)
        self.power._drivers['scripted'] = self.scripted
        self.host = Host('c1', 'n1', (PowerDevice('scripted'),))

    def deadline(self, seconds):
        return Deadline.after(seconds, self.time.monotonic)
