# SPDX-License-Identifier: Apache-2.0
import io
import threading

import fixtures
import testtools

from nova_ha.cmd.commands import bmc_check
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.ports import PowerCheck
from nova_ha.recovery.states import PowerState

HOSTS = [
    Host('c0', 'c0', (PowerDevice('stub'), PowerDevice('other'))),
    Host('c1', 'c1', (PowerDevice('stub'),)),
]


class StubPower:
    """All devices are checked at the same time, or none is."""

    def __init__(self):
        self._together = threading.Barrier(3, timeout=10)

    def check(self, host, device, deadline):
        self._together.wait()
        problem = 'bad' if host.name == 'c1' else ''
        return PowerCheck(PowerState.ON, 'operator', problem)


class Terminal(io.StringIO):
    def isatty(self):
        return True


class CheckTest(testtools.TestCase):
    def check(self, stream):
        return bmc_check.check(StubPower(), HOSTS, 5, stream)

    def test_all_at_once_and_in_order(self):
        found = self.check(io.StringIO())
        self.assertEqual(
            [
                ('c0', 'stub', ''),
                ('c0', 'other', ''),
                ('c1', 'stub', 'bad'),
            ],
            [
                (one.host.name, one.device.driver, one.check.problem)
                for one in found
            ],
        )

    def test_a_terminal_shows_one_line_that_is_gone_at_the_end(self):
        stream = Terminal()
        self.check(stream)
        self.assertIn('\r3 of 3 devices tried', stream.getvalue())
        self.assertTrue(stream.getvalue().endswith(' \r'))
        self.assertNotIn('\n', stream.getvalue())

    def test_elsewhere_a_line_is_printed_now_and_then(self):
        stream = io.StringIO()
        self.check(stream)
        self.assertEqual('', stream.getvalue())
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova_ha.cmd.commands.bmc_check.PLAIN_INTERVAL', 0
            )
        )
        self.check(stream)
        self.assertEqual(
            '3 of 3 devices tried', stream.getvalue().splitlines()[-1]
        )
