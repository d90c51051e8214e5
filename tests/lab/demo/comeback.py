# SPDX-License-Identifier: Apache-2.0
"""The host is powered on, returns, and is restarted as in daily life."""

import time

from tests.lab import agent_call
from tests.lab import recovery
from tests.lab.demo.live import Live
from tests.lab.demo.stage import Stage
from tests.lab.demo.timeline import seconds_of
from tests.lab.errors import LabError
from tests.lab.status import compute_state

DEADLINE = 180.0
PATIENCE = 20.0
"""Seconds that nova-ha may ask for a restart of nova-compute before the
operator does it."""
LOOK_EVERY = 0.5


class Comeback:
    """Brings one host back.

    :param started: when the fence was requested; seconds since the epoch.
    """

    def __init__(
        self, stage: Stage, uuid: str, started: float, live: Live
    ) -> None:
        self._stage = stage
        self._host = stage.host
        self._uuid = uuid
        self._started = started
        self._live = live
        self._asked_since: float | None = None

    def bring_back(self) -> float:
        """Power it on and watch until it serves; when that was.

        :raises LabError: it does not come back.
        """
        self._live.say(
            f'\nThe host is powered on, by the agent\'s action=on. Its '
            'nova-compute starts while nova still calls it '
            f'{self._nova_says()}.'
        )
        called = agent_call.call(
            'on', self._host.name, self._stage.fencer.socket
        )
        if called.code:
            raise LabError(f'the fence agent failed: {called.errors}')
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            found = recovery.live(self._stage.fencer, self._uuid)
            if self._show(found['recovery']) == 'completed':
                self._live.say(
                    f'          {self._host.name} is {self._nova_says()} in '
                    'nova'
                )
                return max(seconds_of(e['at']) for e in found['events'])
            time.sleep(LOOK_EVERY)
        raise LabError(
            f'{self._host.name} was not taken back in {DEADLINE:.0f} s'
        )

    def _show(self, found: recovery.Json) -> str:
        state: str = found['state']
        self._live.show(
            time.time() - self._started,
            f'{state:<13} {_records(len(self._open_records()))}',
        )
        self._help(found['message'])
        return state

    def _open_records(self) -> list[str]:
        """Nova's records that a start of nova-compute has yet to complete."""
        return [
            record['instance_uuid']
            for record in self._stage.lab.cloud.migrations(self._host.name)
            if record['status'] in ('accepted', 'pre-migrating', 'done')
        ]

    def _help(self, message: str) -> None:
        """Restart nova-compute once more if nova-ha goes on asking for it."""
        if not message.startswith('restart nova-compute'):
            self._asked_since = None
        elif self._asked_since is None:
            self._asked_since = time.monotonic()
        elif time.monotonic() - self._asked_since > PATIENCE:
            self._live.say(f'  nova-ha says: {message}\n  The operator does.')
            self._host.restart_compute()
            self._asked_since = None

    def _nova_says(self) -> str:
        services = self._stage.lab.cloud.services()
        return compute_state(services.get(self._host.name))

    def restart_twice(self) -> None:
        """Restart nova-compute twice, each time until it reports."""
        for number in (1, 2):
            text = f'nova-compute of {self._host.name} restarted, {number}'
            with self._stage.progress.step(text):
                self._host.restart_compute()
                self._stage.lab.wait_ready()

    def guests(self) -> dict[str, list[str]]:
        """The guests on each host's disk."""
        hosts = self._stage.lab.hosts.values()
        return {host.name: sorted(host.guests()) for host in hosts}


def _records(count: int) -> str:
    return f'{count} records to be completed' if count else ''
