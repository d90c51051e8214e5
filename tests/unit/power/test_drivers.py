# SPDX-License-Identifier: Apache-2.0
import pathlib

import fixtures
from testtools import matchers

from nova_ha.power import drivers
from nova_ha.power.external import ExternalDriver
from nova_ha.power.fake import FakeDriver
from nova_ha.power.fence_agent import FenceAgentDriver
from nova_ha.power.ipmi import IpmiDriver
from nova_ha.power.redfish import RedfishDriver
from nova_ha.recovery import errors
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.states import PowerState
from tests.unit.power import base


class PowerTest(base.PowerTestCase):
    def test_the_installed_drivers_bring_their_schemas(self):
        schemas = self.power.schemas()
        for name, kind in {
            'external': ExternalDriver,
            'fake': FakeDriver,
            'fence_agent': FenceAgentDriver,
            'ipmi': IpmiDriver,
            'redfish': RedfishDriver,
        }.items():
            self.assertIs(kind.SCHEMA, schemas[name])

    def test_an_unknown_driver_is_told_with_those_there_are(self):
        host = Host('c1', 'c1', (PowerDevice('ipmy'),))
        error = self.assertRaises(
            errors.PowerUnsupported,
            self.power.power_off,
            host,
            self.deadline(50),
        )
        self.assertThat(
            str(error),
            matchers.MatchesAll(
                matchers.StartsWith("power driver 'ipmy' is not installed; "),
                matchers.Contains(
                    'external, fake, fence_agent, ipmi, redfish'
                ),
            ),
        )
        self.assertEqual(0, self.time.elapsed)

    def test_a_driver_that_cannot_be_loaded_is_told_with_the_reason(self):
        entry = type('EntryPoint', (), {'name': 'broken'})()
        self.power._note_broken(None, entry, ImportError('no sushy'))
        error = self.assertRaises(
            errors.PowerUnsupported, self.power.driver, 'broken'
        )
        self.assertEqual(
            "power driver 'broken' is installed but cannot be loaded: "
            'no sushy',
            str(error),
        )
        self.assertEqual(
            {
                'not': {},
                'hint': 'the driver broken cannot be loaded: no sushy',
            },
            self.power.schemas()['broken'],
        )

    def test_a_driver_is_made_once(self):
        self.assertIs(
            self.power.driver('external'), self.power.driver('external')
        )

    def test_close_closes_the_drivers(self):
        self.power.driver('external')
        self.power.close()
        self.assertTrue(self.scripted.closed)

    def test_the_fake_warns_when_it_is_used_only(self):
        log = self.useFixture(fixtures.FakeLogger())
        power = drivers.Power(self.conf, self.time, self.time)
        self.assertNotIn('fake', log.output)
        power.driver('fake')
        self.assertIn('switches nothing off', log.output)


class ExternalTest(base.PowerTestCase):
    def setUp(self):
        super().setUp()
        self.host = Host('c1.example', 'c1', (PowerDevice('external'),))

    def test_the_proof_names_its_witness(self):
        self.time.elapsed = 5.0
        proof = self.power.power_off(self.host, self.deadline(10))
        self.assertEqual('c1.example', proof.host)
        self.assertEqual('external', proof.method)
        self.assertIn('an earlier fencing device of c1,', proof.witness)
        self.assertEqual(self.time.now(), proof.verified_at)
        self.assertIsNone(proof.was_running)

    def test_the_state_is_not_known(self):
        state = self.power.power_state(self.host, self.deadline(10))
        self.assertIs(PowerState.UNKNOWN, state)
        self.assertEqual(
            '',
            self.power.check(
                self.host, self.host.devices[0], self.deadline(10)
            ).problem,
        )

    def test_it_does_not_switch_on(self):
        self.assertRaises(
            errors.PowerUnsupported,
            self.power.power_on,
            self.host,
            self.deadline(10),
        )


class FakeTest(base.PowerTestCase):
    def make(self, **parameters):
        return Host('c1', 'c1', (PowerDevice('fake', parameters),))

    def off(self, host):
        return self.power.power_off(host, self.deadline(10))

    def state(self, host):
        return self.power.power_state(host, self.deadline(10))

    def test_off_and_on(self):
        host = self.make()
        self.assertIs(PowerState.ON, self.state(host))
        self.assertIs(True, self.off(host).was_running)
        self.assertIs(PowerState.OFF, self.state(host))
        self.assertIs(False, self.off(host).was_running)
        self.power.power_on(host, self.deadline(10))
        self.assertIs(PowerState.ON, self.state(host))

    def test_the_state_may_be_a_file(self):
        path = self.useFixture(fixtures.TempDir()).join('c1')
        host = self.make(state_file=path)
        self.off(host)
        self.assertEqual('off\n', pathlib.Path(path).read_text())
        pathlib.Path(path).write_text('on\n')
        self.assertIs(PowerState.ON, self.state(host))
        pathlib.Path(path).write_text('maybe\n')
        self.assertRaises(errors.PowerDeviceError, self.state, host)

    def test_it_fails_as_told(self):
        for kind, error in {
            'unreachable': errors.PowerUnreachable,
            'auth': errors.PowerAuthError,
            'device': errors.PowerDeviceError,
        }.items():
            self.assertRaises(error, self.off, self.make(fail=kind))

    def test_it_stays_on_as_told(self):
        self.assertRaises(errors.PowerStuck, self.off, self.make(stuck=True))
        self.assertIs(PowerState.ON, self.state(self.make()))

    def test_it_takes_its_time(self):
        self.off(self.make(delay=3))
        self.assertEqual(3, self.time.elapsed)
        self.assertRaises(
            errors.PowerUnreachable, self.off, self.make(delay=11)
        )
