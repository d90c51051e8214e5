# SPDX-License-Identifier: Apache-2.0
"""What happens, act by act."""

from collections.abc import Sequence
import time
from typing import Any

from tests.lab import apilog
from tests.lab import guests
from tests.lab import recovery
from tests.lab import versions
from tests.lab.demo import instances
from tests.lab.demo import promises
from tests.lab.demo import report
from tests.lab.demo import tables
from tests.lab.demo import timeline
from tests.lab.demo.comeback import Comeback
from tests.lab.demo.live import LEGEND
from tests.lab.demo.live import Live
from tests.lab.demo.manager import Fence
from tests.lab.demo.manager import Manager
from tests.lab.demo.stage import OPERATOR_REASON
from tests.lab.demo.stage import Stage
from tests.lab.demo.timeline import seconds_of
from tests.lab.errors import LabError

LOOK_EVERY = 0.2
"""Seconds between two looks at the recovery; each costs the fencer a few
milliseconds of the time that is being shown."""

#: What follows once all are accounted for; a host may be back in no time.
_EVACUATED = ('evacuated', 'returning', 'completed')
_OVER = (*_EVACUATED, 'evacuation_failed', 'fence_failed', 'held')


class Story:
    """One failure of one host, told while it happens."""

    def __init__(self, stage: Stage, manager: Manager, live: Live) -> None:
        self._stage = stage
        self._manager = manager
        self._lab = stage.lab
        self._host = stage.host
        self._say = stage.progress.say
        self._live = live
        self._off_at: float | None = None

    def tell(self, planned: list[instances.Planned]) -> report.Report:
        """Play all of it.

        :raises LabError: it came to a halt; says where.
        """
        log_position = self._nova_log.stat().st_size
        self._boot(planned)
        before = instances.look(self._lab.cloud)
        services = self._lab.cloud.services()
        self._fail()
        fence, uuid = self._fence()
        evacuated = instances.look(self._lab.cloud)
        comeback = Comeback(
            self._stage, self._manager, uuid, fence.requested, self._live
        )
        completed_at = comeback.bring_back()
        guests_before = comeback.guests()
        comeback.restart_twice()
        told = recovery.from_store(self._stage.fencer, uuid)
        evidence = promises.Evidence(
            host=self._host.name,
            before=before,
            after=instances.look(self._lab.cloud),
            requests=self._requests_of_nova_ha(log_position),
            records=self._records(before),
            journal=guests.read_journal(self._lab.config.journal),
            off_at=self._switched_off_at(),
            completed_at=completed_at,
            guests_before=guests_before,
            guests_after=comeback.guests(),
            services_before=services,
            services_after=self._lab.cloud.services(),
        )
        return _report(fence, self._manager.events, told, evidence, evacuated)

    def _boot(self, planned: list[instances.Planned]) -> None:
        cloud, host = self._lab.cloud, self._host.name
        with self._stage.progress.step(f'{len(planned)} instances on {host}'):
            made = instances.boot(cloud, host, planned)
        other = [name for name in self._lab.hosts if name != host]
        if len(other) > 1:
            cloud.update_service(
                other[-1], status='disabled', disabled_reason=OPERATOR_REASON
            )
        self._say('')
        self._say(tables.booted(instances.look(cloud), made))
        if len(other) > 1:
            self._say(
                f'\n  The operator has {other[-1]} disabled: '
                f'"{OPERATOR_REASON}".'
            )

    def _fail(self) -> None:
        follows = self._manager.fail()
        runs = sum(
            self._host.name in where
            for where in guests.running(
                guests.read_journal(self._lab.config.journal)
            ).values()
        )
        self._say(
            f'\n{self._host.name} hangs: {follows}, {runs} guests still run '
            'there. nova calls it '
            f'{self._lab.cloud.services()[self._host.name]["state"]}.'
        )

    def _fence(self) -> tuple[Fence, str]:
        """Have it fenced; watch until all is accounted for."""
        with self._manager.fencing():
            self._say(f'\n  {LEGEND}')
            found, fence = self._watch()
        return fence, self._judge(found)

    def _watch(self) -> tuple[recovery.Json, Fence]:
        deadline = time.monotonic() + 120 + 10 * len(self._host.guests())
        told = False
        while time.monotonic() < deadline:
            self._look_at_power()
            found = self._find()
            fence = self._manager.fence(found)
            if fence and fence.answered and not told:
                told = True
                self._answered(fence.answered - fence.requested)
            if found and fence:
                state = self._show(found, fence.requested)
                if state in _OVER and told:
                    return found, fence
            time.sleep(LOOK_EVERY)
        raise LabError('the evacuations were not over in time')

    def _look_at_power(self) -> None:
        """Note when the BMC's switch was turned off, while it still is."""
        if self._off_at is None and self._host.power_state() == 'off':
            switch = self._host.directory / 'power'
            self._off_at = switch.stat().st_mtime

    def _switched_off_at(self) -> float:
        if self._off_at is None:
            raise LabError(
                f'nobody saw {self._host.name} switched off, and yet its '
                'instances were evacuated'
            )
        return self._off_at

    def _find(self) -> recovery.Json | None:
        """The recovery of this failure; None before there is one."""
        fencer = self._stage.fencer
        newest = recovery.newest(fencer, self._host.name)
        if newest is None:
            return None
        if seconds_of(newest['requested_at']) <= self._manager.began:
            return None
        return recovery.live(fencer, newest['uuid'])

    def _show(self, found: recovery.Json, started: float) -> str:
        state: str = found['recovery']['state']
        seconds = time.time() - started
        self._live.show(seconds, state, found['evacuations'])
        return state

    def _answered(self, seconds: float) -> None:
        self._live.say(
            f'{seconds:6.1f} s  the fence agent has answered: '
            f'{self._host.name} is off, and that is on record'
        )

    def _judge(self, found: recovery.Json) -> str:
        self._live.close()
        recovered = found['recovery']
        uuid: str = recovered['uuid']
        if recovered['state'] not in _EVACUATED:
            raise LabError(
                f'recovery {uuid} is {recovered["state"]}: '
                f'{recovered["message"]}'
            )
        return uuid

    @property
    def _nova_log(self) -> Any:
        return self._lab.nova_api.log

    def _requests_of_nova_ha(self, position: int) -> list[apilog.Request]:
        user = self._lab.cloud.identity.get(
            '/users', params={'name': self._lab.config.service_user}
        ).json()['users'][0]['id']
        return [
            request
            for request in apilog.read(self._nova_log, position)
            if request.user == user
        ]

    def _records(
        self, before: dict[str, instances.Seen]
    ) -> list[dict[str, Any]]:
        return [
            record
            for record in self._lab.cloud.migrations(self._host.name)
            if record['instance_uuid'] in before
        ]


def _report(
    fence: Fence,
    events: Sequence[str],
    told: recovery.Json,
    evidence: promises.Evidence,
    evacuated: dict[str, instances.Seen],
) -> report.Report:
    moments = timeline.make(fence, told['events'])
    rows = report.rows(
        evidence.before,
        evacuated,
        told['evacuations'],
        timeline.back_after(fence.requested, evidence.host, evidence.journal),
    )
    return report.Report(
        host=evidence.host,
        recovery=told['recovery']['uuid'],
        timeline=moments,
        instances=rows,
        promises=promises.judge(evidence),
        figures=timeline.figures(moments),
        versions=versions.versions(),
        missing=timeline.missing(moments, events),
    )
