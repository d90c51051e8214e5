# SPDX-License-Identifier: Apache-2.0
"""The host is powered on, returns, and is restarted as in daily life."""

import time

from tests.lab import recovery
from tests.lab.demo.live import Live
from tests.lab.demo.manager import Manager
from tests.lab.demo.stage import Stage
from tests.lab.demo.timeline import seconds_of
from tests.lab.errors import LabError
from tests.lab.status import compute_state
from tests.lab.waiting import wait_until

DEADLINE = 180.0
LOOK_EVERY = 0.5
RESTARTED_WITHIN = 60.0
"""Seconds; Pacemaker has to be told, to stop it, and to start it again."""


class Comeback:
    """Brings one host back.

    :param started: when the fence was requested; seconds since the epoch.
    """

    def __init__(
        self,
        stage: Stage,
        manager: Manager,
        uuid: str,
        started: float,
        live: Live,
    ) -> None:
        self._stage = stage
        self._manager = manager
        self._host = stage.host
        self._uuid = uuid
        self._started = started
        self._live = live

    def bring_back(self) -> float:
        """See it powered on and watch until it serves; when that was.

        :raises LabError: it does not come back.
        """
        self._live.say(
            f'\n{self._manager.power_on()}\nIts nova-compute starts while '
            f'nova still calls it {self._nova_says()}.'
        )
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
        notes = (self._manager.view(), _records(len(self._open_records())))
        self._live.show(
            time.time() - self._started,
            f'{state:<13} {"; ".join(filter(None, notes))}',
        )
        self._manager.help(found['message'])
        return state

    def _open_records(self) -> list[str]:
        """Nova's records that a start of nova-compute has yet to complete."""
        return [
            record['instance_uuid']
            for record in self._stage.lab.cloud.migrations(self._host.name)
            if record['status'] in ('accepted', 'pre-migrating', 'done')
        ]

    def _nova_says(self) -> str:
        services = self._stage.lab.cloud.services()
        return compute_state(services.get(self._host.name))

    def restart_twice(self) -> None:
        """Restart nova-compute twice, each time until it reports."""
        for number in (1, 2):
            text = f'nova-compute of {self._host.name} restarted, {number}'
            with self._stage.progress.step(text):
                self._restart()
                self._stage.lab.wait_ready()

    def _restart(self) -> None:
        """Restart it, and wait until another nova-compute runs."""
        before = self._host.compute_started_at()
        self._host.restart_compute()
        wait_until(
            lambda: self._host.compute_started_at() not in (None, before),
            RESTARTED_WITHIN,
            f'nova-compute of {self._host.name} to be started again',
        )

    def guests(self) -> dict[str, list[str]]:
        """The guests on each host's disk."""
        hosts = self._stage.lab.hosts.values()
        return {host.name: sorted(host.guests()) for host in hosts}


def _records(count: int) -> str:
    return f'{count} records to be completed' if count else ''
