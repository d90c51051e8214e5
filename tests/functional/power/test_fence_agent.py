# SPDX-License-Identifier: Apache-2.0
"""The driver fence_agent with an agent that can be told to misbehave."""

from concurrent import futures
import datetime
import os
import pathlib
import signal
import time

from testtools import matchers

from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.states import PowerState
from tests import bmc
from tests.functional.power import base
from tests.lab import waiting

AGENT = pathlib.Path(bmc.__file__).with_name('fence_scripted')
SECRET = 'the-Secret-of-the-PDU'


class ScriptedAgentTestCase(base.PowerTestCase):
    def setUp(self):
        super().setUp()
        self.directory = self.temporary_directory()
        self.write('power', 'on')
        self.host = self.make_host()
        self.place = 'c1: fence_scripted 192.0.2.7 plug 3'

    def make_host(self, **parameters):
        parameters = {
            'agent': str(AGENT),
            'directory': str(self.directory),
            'ip': '192.0.2.7',
            'plug': '3',
            'password': SECRET,
            **parameters,
        }
        return Host('c1', 'c1', (PowerDevice('fence_agent', parameters),))

    def write(self, name, text):
        (self.directory / name).write_text(f'{text}\n')

    def read(self, name):
        return (self.directory / name).read_text()

    def failure(self, kind, host, seconds):
        text = super().failure(kind, host, seconds)
        self.assertNotIn(SECRET, text)
        return text


class WorkingTest(ScriptedAgentTestCase):
    def test_off(self):
        before = datetime.datetime.now(datetime.UTC)
        proof = self.off(self.host)
        after = datetime.datetime.now(datetime.UTC)
        self.assertEqual('fence_agent', proof.method)
        self.assertEqual(
            'fence_scripted 192.0.2.7 plug 3 reads power off', proof.witness
        )
        self.assertTrue(before <= proof.verified_at <= after)
        self.assertIs(True, proof.was_running)

    def test_already_off_is_success_at_once(self):
        self.write('power', 'off')
        self.write('off', 'exit 1')
        self.assertIs(False, self.off(self.host).was_running)

    def test_on_and_state_and_check(self):
        self.off(self.host)
        deadline = Deadline.after(10)
        self.assertIs(
            PowerState.OFF, self.power.power_state(self.host, deadline)
        )
        self.power.power_on(self.host, deadline)
        found = self.check(self.host)
        self.assertIs(PowerState.ON, found.state)
        self.assertEqual('', found.problem)

    def test_parameters_go_in_by_standard_input_alone(self):
        self.off(self.make_host(ssl=True, login_timeout=5, quoted=' a "b" '))
        self.assertThat(
            self.read('given').splitlines(),
            matchers.ContainsAll(
                [
                    f'password={SECRET}',
                    'ssl=1',
                    'login_timeout=5',
                    'quoted=" a "b" "',
                    'action=status',
                ]
            ),
        )
        self.assertNotIn('agent=', self.read('given'))
        self.assertEqual(f'/bin/sh {AGENT} ', self.read('cmdline'))
        for name in ('cmdline', 'environment'):
            self.assertNotIn(SECRET, self.read(name))
        self.assertNotIn('VIRTUAL_ENV', self.read('environment'))

    def test_a_host_that_takes_its_time(self):
        self.write(
            'off', f'(sleep 2; echo off >{self.directory}/power) & exit'
        )
        # What the agent left running ended with it: it never goes off.
        text = self.failure(errors.PowerStuck, self.host, 5)
        self.assertIn('later the host is still on', text)

    def test_off_seen_after_a_refusal_counts(self):
        self.write('off', f'echo off >{self.directory}/power; exit 1')
        self.assertIs(True, self.off(self.host).was_running)


class FailingTest(ScriptedAgentTestCase):
    def test_words_make_the_kind(self):
        for words, kind, told in (
            ('Connection timed out', errors.PowerUnreachable, 'not answer'),
            (
                'Unable to connect/login to fencing device',
                errors.PowerAuthError,
                "refuses user 'adm' with this password",
            ),
            (
                'Failed: The user does not have the correct privileges.',
                errors.PowerAuthError,
                "does not give user 'adm' enough privilege",
            ),
            ('no such plug', errors.PowerDeviceError, 'answers with an error'),
        ):
            with self.subTest(words):
                line = f'2026-01-01 00:00:00,123 ERROR: {words}'
                self.write('status', f"echo '{line}\n\n' >&2; exit 1")
                text = self.failure_at_once(
                    kind, self.make_host(username='adm')
                )
                self.assertThat(text, matchers.StartsWith(self.place))
                self.assertIn(told, text)
                self.assertIn(f': {words} (exit status 1); ', text)

    def test_secrets_in_its_words_are_hidden(self):
        self.write(
            'status',
            'echo "ERROR: password was $given" >&2; '
            "echo \"WARNING:root:Parse error: Ignoring unknown option "
            "'passwrd=hush'\" >&2; exit 1",
        )
        text = self.failure_at_once(
            errors.PowerAuthError, self.make_host(passwrd='hush')
        )
        self.assertIn("unknown option 'passwrd=***'", text)
        self.assertNotIn('hush', text)

    def test_two_without_the_word_off_is_no_proof(self):
        # As of a shell or an interpreter that cannot run the agent.
        self.write('status', 'echo "cannot open file" >&2; exit 2')
        text = self.failure_at_once(errors.PowerDeviceError, self.host)
        self.assertIn('cannot open file (exit status 2)', text)

    def test_garbage(self):
        self.write('status', "printf '\\377\\376garbage'; exit 7")
        text = self.failure_at_once(errors.PowerDeviceError, self.host)
        self.assertIn('answers with an error', text)
        self.assertIn('garbage (exit status 7)', text)

    def test_silence(self):
        self.write('status', 'exit 1')
        text = self.failure_at_once(errors.PowerDeviceError, self.host)
        self.assertIn('it said nothing (exit status 1)', text)

    def test_a_traceback_is_one_line(self):
        self.write(
            'status',
            "printf 'Traceback (most recent call last):\\n  File x\\n"
            "KeyError: 1\\n' >&2; exit 1",
        )
        text = self.failure_at_once(errors.PowerDeviceError, self.host)
        self.assertIn('answers with an error: KeyError: 1 (exit', text)

    def test_it_lies(self):
        self.write('off', 'echo Success; exit 0')
        text = self.failure(errors.PowerStuck, self.host, 4)
        self.assertThat(
            text,
            matchers.MatchesRegex(
                rf'{self.place} accepted the power-off, but \d+\.\d s later '
                'the host is still on; switch it off by hand'
            ),
        )
        self.assertEqual('on\n', self.read('power'))

    def test_an_off_that_does_not_end_and_a_host_that_stays_on(self):
        self.write('off', 'sleep 60')
        text = self.failure_at_once(errors.PowerStuck, self.host, 8)
        self.assertIn('has not switched the host off: its off had not', text)
        self.assertIn('it is still on; switch it off by hand', text)

    def test_an_off_that_does_not_end_although_it_worked(self):
        self.write('off', f'echo off >{self.directory}/power; sleep 60')
        self.assertIs(True, self.off(self.host, 8).was_running)

    def test_it_is_not_there(self):
        host = self.make_host(agent='fence_nothing')
        text = self.failure(errors.PowerUnsupported, host, 10)
        self.assertIn('there is no such fence agent in /usr/sbin:', text)

    def test_it_does_not_know_a_parameter(self):
        self.write(
            'status',
            'echo "WARNING:root:Parse error: Ignoring unknown option '
            "'usr=hush'\" >&2",
        )
        found = self.check(self.make_host(usr='hush'))
        self.assertIs(PowerState.ON, found.state)
        self.assertIn('does not know usr, and goes on', found.problem)
        self.assertNotIn('hush', found.problem)


class HardEndTest(ScriptedAgentTestCase):
    def running(self):
        """Return the pids that still hold the directory's ``busy`` open."""
        return [
            link.parent.parent.name
            for link in pathlib.Path('/proc').glob('[0-9]*/fd/9')
            if _target(link) == f'{self.directory}/busy'
        ]

    def assert_all_end(self):
        """What was killed may take a moment to die."""
        waiting.wait_until(
            lambda: not self.running(), 20, 'the end of all', interval=0.01
        )

    def test_the_whole_group_is_killed_at_the_deadline(self):
        self.write(
            'status',
            f"exec 9>{self.directory}/busy; trap '' TERM INT HUP; "
            'sleep 60 & sleep 60',
        )
        text = self.failure(errors.PowerUnreachable, self.host, 2)
        # After 1.6 s, and the moment in which all of them end.
        self.assertRegex(text, r'the agent had not ended after \d\.\d s')
        self.assert_all_end()

    def test_what_an_agent_leaves_behind_is_killed_too(self):
        self.write('status', f'exec 9>{self.directory}/busy; sleep 60 & true')
        began = time.monotonic()
        self.assertIs(PowerState.ON, self.check(self.host).state)
        self.assertLess(time.monotonic() - began, 5)
        self.assert_all_end()

    def test_the_service_being_stopped_does_not_stop_a_power_off(self):
        stopped = self.directory / 'stopped'
        self.write(
            'off',
            f'until [ -e {stopped} ]; do sleep 0.05; done; '
            f'echo off >{self.directory}/power; exit',
        )
        with futures.ThreadPoolExecutor(1) as pool:
            action = pool.submit(self.off, self.host, base.ENOUGH)
            waiting.wait_until(
                lambda: 'action=off' in _text(self.directory / 'given'),
                5,
                'the off',
                interval=0.01,
            )
            self.stop.set()
            os.kill(int(self.read('pid')), signal.SIGTERM)
            stopped.touch()
            self.assertIs(True, action.result().was_running)

    def test_nothing_is_left_open(self):
        self.off(self.host)
        before = base.descriptors()
        self.off(self.host)
        self.write('status', 'sleep 60')
        self.failure(errors.PowerUnreachable, self.host, 1)
        self.assertEqual(set(), base.descriptors() - before)


def _target(link):
    try:
        return str(link.readlink())
    except OSError:
        return ''


def _text(path):
    try:
        return path.read_text()
    except OSError:
        return ''
