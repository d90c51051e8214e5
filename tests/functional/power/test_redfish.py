# SPDX-License-Identifier: Apache-2.0
"""The driver redfish with a service that can be told to misbehave."""

import datetime
import subprocess
import threading
import time

from testtools import matchers

from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.states import PowerState
from tests.bmc import faulty_redfish
from tests.functional.power import base
from tests.lab import waiting


def host_of(bmc, **changes):
    parameters = bmc.parameters(**changes)
    return Host('c1', 'c1', (PowerDevice('redfish', parameters),))


class RedfishTestCase(base.PowerTestCase):
    def setUp(self):
        super().setUp()
        self.start()
        self.power.warm([self.host])
        # The server has been started, but may not yet be up.
        self.check(self.host)
        self.bmc.requests.clear()

    def start(self, **arguments):
        self.bmc = faulty_redfish.FaultyRedfish(**arguments)
        self.bmc.__enter__()
        self.addCleanup(self.bmc.__exit__)
        self.host = host_of(self.bmc)
        self.place = f'c1: BMC 127.0.0.1:{self.bmc.port}'

    def failure(self, kind, host, seconds):
        text = super().failure(kind, host, seconds)
        self.assertNotIn(faulty_redfish.PASSWORD, text)
        self.assertThat(text, matchers.StartsWith('c1: BMC 127.0.0.1:'))
        return text


class WorkingTest(RedfishTestCase):
    def test_off(self):
        before = datetime.datetime.now(datetime.UTC)
        proof = self.off(self.host)
        after = datetime.datetime.now(datetime.UTC)
        self.assertEqual('redfish', proof.method)
        self.assertEqual(
            f'BMC 127.0.0.1:{self.bmc.port} reads power off', proof.witness
        )
        self.assertTrue(before <= proof.verified_at <= after)
        self.assertIs(True, proof.was_running)
        self.assertEqual(('Off', 1), (self.bmc.power, self.bmc.offs))

    def test_already_off_is_success_at_once(self):
        self.bmc.power = 'Off'
        self.assertIs(False, self.off(self.host).was_running)
        self.assertEqual(0, self.bmc.offs)

    def test_powering_off_is_not_off(self):
        self.bmc.faults['off_after'] = 1.5
        began = time.monotonic()
        self.assertIs(True, self.off(self.host).was_running)
        self.assertGreater(time.monotonic() - began, 1.5)
        self.assertEqual(1, self.bmc.offs)

    def test_states(self):
        for said, state in (
            ('On', PowerState.ON),
            ('Off', PowerState.OFF),
            ('PoweringOn', PowerState.ON),
            ('PoweringOff', PowerState.ON),
            ('Paused', PowerState.ON),
        ):
            with self.subTest(said):
                self.bmc.faults['says'] = said
                self.assertIs(
                    state,
                    self.power.power_state(self.host, Deadline.after(10)),
                )

    def test_on_and_check(self):
        self.bmc.power = 'Off'
        self.power.power_on(self.host, Deadline.after(10))
        found = self.check(self.host)
        self.assertIs(PowerState.ON, found.state)
        self.assertEqual('', found.problem)

    def test_off_is_quick(self):
        self.power.warm([self.host])
        self.off(self.host)
        self.bmc.power = 'On'
        began = time.monotonic()
        self.assertIs(True, self.off(self.host).was_running)
        took = time.monotonic() - began
        print(f'off by redfish in {took:.2f} s')
        self.assertLess(took, 2.0)

    def test_a_session_is_closed(self):
        host = host_of(self.bmc, auth='session')
        self.assertIs(True, self.off(host).was_running)
        self.assertIn(('POST', faulty_redfish.SESSIONS), self.bmc.requests)
        # The logout is not waited for as long as all that.
        waiting.wait_until(
            lambda: not self.bmc.sessions, 10, 'the logout', interval=0.02
        )

    def test_one_of_several_systems(self):
        self.start(systems=('1', '2'))
        path = f'{faulty_redfish.SYSTEMS}/2'
        proof = self.off(host_of(self.bmc, system_id=path))
        self.assertIn(f':{self.bmc.port}{path} reads', proof.witness)
        self.assertNotIn(
            ('GET', f'{faulty_redfish.SYSTEMS}/1'), self.bmc.requests
        )


class RefusingTest(RedfishTestCase):
    def test_wrong_password(self):
        for auth in ('basic', 'session'):
            with self.subTest(auth):
                host = host_of(self.bmc, password='not-the-one', auth=auth)
                text = self.failure_at_once(errors.PowerAuthError, host)
                self.assertThat(
                    text,
                    matchers.StartsWith(
                        f"{self.place} refuses user 'admin' with this "
                        'password: who are you (HTTP 401); correct them in'
                    ),
                )
                self.assertNotIn('not-the-one', text)
        self.assertEqual(0, self.bmc.offs)

    def test_no_privilege(self):
        self.bmc.faults['control_code'] = 403
        text = self.failure_at_once(errors.PowerAuthError, self.host)
        self.assertIn(
            f"{self.place} does not give user 'admin' enough privilege: not "
            'by you (HTTP 403)',
            text,
        )

    def test_an_error_code(self):
        for code in (500, 503, 400, 409):
            with self.subTest(code):
                self.bmc.faults['read_code'] = code
                self.bmc.requests.clear()
                text = self.failure_at_once(errors.PowerDeviceError, self.host)
                self.assertIn(
                    f'{self.place} answers with an error: not now (HTTP '
                    f'{code})',
                    text,
                )
                # The service's root, its systems, the system: once each.
                self.assertEqual(3, len(self.bmc.requests))

    def test_off_seen_after_a_refusal_counts(self):
        self.bmc.faults['control_code'] = 409
        self.in_the_first_pause(lambda: setattr(self.bmc, 'power', 'Off'))
        self.assertIsNone(self.off(self.host).was_running)

    def test_it_lies(self):
        self.bmc.faults['lie'] = True
        text = self.failure(errors.PowerStuck, self.host, 5)
        self.assertThat(
            text,
            matchers.MatchesRegex(
                rf'{self.place} accepted the power-off, but \d+\.\d s later '
                'the host is still on; switch it off by hand'
            ),
        )
        self.assertEqual('On', self.bmc.power)

    def test_force_off_is_not_offered(self):
        self.bmc.faults['no_force_off'] = True
        text = self.failure_at_once(errors.PowerDeviceError, self.host)
        self.assertIn('answers with an error', text)
        self.assertEqual(0, self.bmc.offs)

    def test_which_system_of_several(self):
        self.start(systems=('1', '2'))
        text = self.failure_at_once(errors.PowerDeviceError, self.host)
        self.assertIn('set system_id in the hosts file', text)

    def test_a_system_that_is_not_there(self):
        host = host_of(self.bmc, system_id='/redfish/v1/Systems/9')
        text = self.failure_at_once(errors.PowerDeviceError, host)
        self.assertIn('/redfish/v1/Systems/9 does not have the system', text)

    def test_a_state_that_makes_no_sense(self):
        for said in (None, 'Perhaps', 7):
            with self.subTest(str(said)):
                self.bmc.faults['says'] = said
                text = self.failure_at_once(errors.PowerDeviceError, self.host)
                self.assertIn(f'the power state is {said!r}', text)


class SilentTest(RedfishTestCase):
    def test_nobody_listens(self):
        self.bmc.__exit__()
        self.bmc.__exit__ = lambda *_: None
        text = self.failure_at_once(errors.PowerUnreachable, self.host)
        self.assertThat(
            text,
            matchers.StartsWith(
                f'{self.place} does not answer: Connection refused; check'
            ),
        )

    def test_no_answer(self):
        self.bmc.faults['silent'] = True
        text = self.failure(errors.PowerUnreachable, self.host, 5)
        self.assertThat(
            text,
            matchers.StartsWith(
                f'{self.place} does not answer: connected, but no answer in '
                'time; check'
            ),
        )

    def test_an_answer_without_end(self):
        self.bmc.faults['trickle'] = True
        text = self.failure(errors.PowerUnreachable, self.host, 3)
        self.assertIn('did not end in time and was killed', text)

    def test_dead_and_back_before_the_deadline(self):
        self.conf.set_override('attempt_timeout', 2.0, 'power')
        self.bmc.faults['silent'] = True
        timer = threading.Timer(
            3, self.bmc.faults.update, kwargs={'silent': False}
        )
        timer.start()
        self.addCleanup(timer.join)
        self.assertIsNotNone(self.off(self.host, 20))

    def test_garbage(self):
        for fault in ('garbage', 'no_json'):
            with self.subTest(fault):
                self.bmc.faults[fault] = True
                text = self.failure_at_once(errors.PowerDeviceError, self.host)
                self.assertIn(f'{self.place} answers with an error: ', text)
                self.bmc.faults[fault] = False

    def test_a_name_that_is_not_known(self):
        host = host_of(self.bmc, address='bmc.invalid')
        error = self.assertRaises(errors.PowerUnreachable, self.off, host, 2)
        self.assertIn('c1: BMC bmc.invalid:', str(error))


class TlsTest(RedfishTestCase):
    def setUp(self):
        super().setUp()
        self.certificate = self.temporary_directory() / 'bmc.pem'
        key = self.certificate.with_name('key.pem')
        subprocess.run(
            [
                *('openssl', 'req', '-x509', '-nodes', '-days', '2'),
                *('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'),
                *('-subj', '/CN=127.0.0.1'),
                *('-addext', 'subjectAltName=IP:127.0.0.1'),
                *('-keyout', str(key), '-out', str(self.certificate)),
            ],
            check=True,
            capture_output=True,
        )
        with self.certificate.open('a') as file:
            file.write(key.read_text())
        self.start(certificate=self.certificate)

    def tls(self, **changes):
        return host_of(self.bmc, scheme='https', **changes)

    def test_a_certificate_that_is_trusted(self):
        host = self.tls(verify_ca=str(self.certificate))
        self.assertIs(True, self.off(host).was_running)

    def test_a_certificate_that_need_not_be(self):
        self.assertIs(True, self.off(self.tls(verify_ca=False)).was_running)

    def test_a_certificate_that_is_not_trusted(self):
        text = self.failure_at_once(errors.PowerDeviceError, self.tls())
        self.assertThat(
            text,
            matchers.MatchesRegex(
                rf'{self.place} cannot be trusted: its certificate: self.'
                'signed certificate.*; set verify_ca in the hosts file'
            ),
        )
        # Not even the login was sent.
        self.assertEqual([], self.bmc.requests)

    def test_an_authority_that_is_not_there(self):
        host = self.tls(verify_ca='/nowhere/ca.pem')
        text = self.failure_at_once(errors.PowerDeviceError, host)
        self.assertIn('there is no file /nowhere/ca.pem', text)

    def test_no_tls_where_some_is_expected(self):
        self.start()
        text = self.failure_at_once(errors.PowerDeviceError, self.tls())
        self.assertIn('answers with an error: no TLS connection', text)
