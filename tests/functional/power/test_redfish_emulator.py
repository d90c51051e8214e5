# SPDX-License-Identifier: Apache-2.0
"""The driver redfish against sushy-tools' emulator, which others wrote."""

import time

from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.states import PowerState
from tests.bmc import redfish_emulator
from tests.functional.power import base
from tests.functional.servers.process import free_port

RUNNING = '5b0e3a1c-6f0e-4a35-9d55-0d1f9a0c1a01'
STOPPED = '5b0e3a1c-6f0e-4a35-9d55-0d1f9a0c1a02'


class EmulatorTest(base.PowerTestCase):
    def setUp(self):
        super().setUp()
        self.emulator = redfish_emulator.RedfishEmulator(
            self.temporary_directory() / 'emulator',
            free_port(),
            {RUNNING: 'On', STOPPED: 'Off'},
        )
        self.addCleanup(self.emulator.stop)
        self.emulator.start()
        # What takes long the first time is no part of any test.
        self.check(self.host(STOPPED))

    def host(self, uuid, **changes):
        parameters = self.emulator.parameters(
            system_id=f'/redfish/v1/Systems/{uuid}', **changes
        )
        return Host('c1', 'c1', (PowerDevice('redfish', parameters),))

    def test_off_and_state_and_on(self):
        host = self.host(RUNNING)
        began = time.monotonic()
        proof = self.off(host, 40)
        print(f'off by the emulator in {time.monotonic() - began:.1f} s')
        self.assertEqual('redfish', proof.method)
        self.assertIn(RUNNING, proof.witness)
        self.assertIs(True, proof.was_running)
        self.assertIs(
            PowerState.OFF, self.power.power_state(host, Deadline.after(10))
        )
        self.assertIs(False, self.off(host).was_running)
        self.power.power_on(host, Deadline.after(10))

    def test_already_off_is_success_at_once(self):
        began = time.monotonic()
        self.assertIs(False, self.off(self.host(STOPPED)).was_running)
        self.assertLess(time.monotonic() - began, 5)

    def test_check(self):
        found = self.check(self.host(RUNNING))
        self.assertIs(PowerState.ON, found.state)
        self.assertEqual('', found.problem)

    def test_wrong_password(self):
        host = self.host(RUNNING, password='not-the-one')
        text = self.failure_at_once(errors.PowerAuthError, host)
        self.assertIn("refuses user 'admin' with this password", text)

    def test_a_system_that_is_not_there(self):
        text = self.failure_at_once(errors.PowerDeviceError, self.host('none'))
        self.assertIn('does not have the system', text)

    def test_which_system_of_the_two(self):
        host = Host(
            'c1',
            'c1',
            (PowerDevice('redfish', self.emulator.parameters()),),
        )
        text = self.failure_at_once(errors.PowerDeviceError, host)
        self.assertIn('set system_id', text)

    def test_dead(self):
        self.emulator.stop()
        text = self.failure_at_once(
            errors.PowerUnreachable, self.host(RUNNING)
        )
        self.assertIn('does not answer: Connection refused', text)
