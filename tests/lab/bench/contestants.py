# SPDX-License-Identifier: Apache-2.0
"""The two clients, each behind the same calls."""

import json
import subprocess
import sys
from typing import Protocol

from tests.lab import agent_call
from tests.lab import recovery
from tests.lab.bench import machine
from tests.lab.bench.measure import Began
from tests.lab.demo.timeline import seconds_of
from tests.lab.errors import LabError
from tests.lab.hosts import ComputeHost
from tests.lab.lab import Lab
from tests.lab.waiting import wait_until

BLOCKS = ('accepted', 'pre-migrating', 'done')


class Contestant(Protocol):
    """Recovers a host that hangs, and takes it back.

    :ivar user: the keystone user it works as; nobody else must meanwhile.
    """

    name: str
    user: str

    def recover(self, host: ComputeHost, timeout: float) -> Began:
        """Power the host off and bring its instances back."""

    def take_back(self, host: ComputeHost) -> None:
        """Make the host, which was powered on, usable again."""


class NovaHa:
    """The real daemon, by way of the fence agent.

    t0 is when off was verified, as its history has it: the agent's start
    and the power-off come before. What comes after t0 is all in: the write
    into the store, the answer to the agent, the following of every instance.
    """

    name = 'nova-ha'

    def __init__(self, lab: Lab) -> None:
        self._fencer = lab.fencer
        self.user = lab.config.service_user

    def recover(self, host: ComputeHost, timeout: float) -> Began:
        pid = self._fencer.pid()
        if pid is None:
            raise LabError('the fencer does not run')
        cpu = machine.seconds(pid)
        called = agent_call.call('off', host.name, self._fencer.socket)
        if called.code:
            raise LabError(f'the fence agent failed: {called.errors}')
        # Seldom, since every look costs the daemon time.
        recovered = self._wait(host, 'evacuated', timeout, 1.0)
        cpu = machine.seconds(pid) - cpu
        times = {
            event['name']: seconds_of(event['at'])
            for event in recovery.live(self._fencer, recovered)['events']
        }
        return Began(
            self.name,
            t0=times['off_verified'],
            ended=times['all_accounted_for'],
            cpu=cpu,
        )

    def take_back(self, host: ComputeHost) -> None:
        self._wait(host, 'completed', 180, 0.5)

    def _wait(
        self, host: ComputeHost, state: str, timeout: float, interval: float
    ) -> str:
        """Wait until the host's recovery has come so far; its uuid."""

        def reached() -> str | None:
            found = recovery.newest(self._fencer, host.name)
            if found is None:
                return None
            if found['state'] in ('evacuation_failed', 'fence_failed'):
                raise LabError(f'{found["state"]}: {found["message"]}')
            return found['uuid'] if found['state'] == state else None

        what = f'the recovery to be {state}'
        return wait_until(reached, timeout, what, interval) or ''


class Best:
    """See :mod:`tests.lab.bench.best`. t0 is when the power is off."""

    name = 'best'
    user = 'admin'

    def __init__(self, lab: Lab, window: int, poll: float) -> None:
        self._lab = lab
        self._window = window
        self._poll = poll

    def recover(self, host: ComputeHost, timeout: float) -> Began:
        settings = self._settings(host)
        with subprocess.Popen(
            [sys.executable, '-m', 'tests.lab.bench.best'],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(settings) + '\n')
            process.stdin.flush()
            process.stdout.readline()
            host.power_off()
            output, _ = process.communicate('go\n', timeout)
        if process.returncode:
            raise LabError('the client failed, see above')
        return Began(client=self.name, **json.loads(output))

    def _settings(self, host: ComputeHost) -> dict[str, object]:
        """All that can be known before the host fails."""
        cloud = self._lab.cloud
        return {
            'address': self._lab.config.address,
            'port': self._lab.config.ports.nova,
            'token': cloud.session.get_token(),
            'service': cloud.services()[host.name]['id'],
            'host': host.name,
            'window': self._window,
            'poll': self._poll,
        }

    def take_back(self, host: ComputeHost) -> None:
        cloud = self._lab.cloud
        wait_until(
            lambda: (
                not any(
                    record['status'] in BLOCKS
                    for record in cloud.migrations(host.name)
                )
            ),
            120,
            'the records to be completed',
            0.5,
        )
        cloud.update_service(host.name, forced_down=False, status='enabled')
