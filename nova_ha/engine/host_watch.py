# SPDX-License-Identifier: Apache-2.0
"""Sees hosts come back: a step of evacuated and evacuation_failed."""

import dataclasses
import logging

from nova_ha.engine.flapping import Flapping
from nova_ha.engine.outcome import Outcome
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.waiting import Waiting
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.liveness import Sightings
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import Event
from nova_ha.recovery.states import MigrationStatus
from nova_ha.recovery.states import PowerState

LOG = logging.getLogger(__name__)


class HostWatch:
    """Waits for nova-compute to report from the host again."""

    def __init__(
        self,
        world: World,
        waiting: Waiting,
        settings: SettingsSource,
        flapping: Flapping,
    ) -> None:
        self._waiting = waiting
        self._flapping = flapping
        self._hosts = world.hosts
        self._power = world.power
        self._compute = world.compute
        self._clock = world.clock
        self._settings = settings
        self._sightings: dict[str, Sightings] = {}

    def run(self, recovery: Recovery) -> Outcome:
        """Take one tick; see :class:`~nova_ha.engine.outcome.Step`."""
        kept_out = self._flapping.why_kept_out(recovery)
        if kept_out:
            return self._keep_out(recovery, kept_out)
        service = self._compute.service(recovery.host)
        done = self._compute.migrations(
            recovery.host, statuses={MigrationStatus.DONE}
        )
        before = self._sightings.get(
            recovery.uuid, Sightings(last=recovery.service_reported_at)
        )
        seen = before.look(service, len(done))
        if seen.reports_again and self._is_off(recovery):
            # People have changed the service record, nothing else.
            seen = Sightings(last=service.updated_at)
        self._sightings[recovery.uuid] = seen
        if seen.reports_again:
            return Outcome(
                Event.HOST_RETURNED,
                message=f'nova-compute on {recovery.host} reports again',
            )
        return self._waiting.look(recovery) or Outcome(
            after=self._settings().host_watch_interval
        )

    def _keep_out(self, recovery: Recovery, why: str) -> Outcome:
        """Wait for a person, whatever the host does."""
        interval = self._settings().host_watch_interval
        outcome = Outcome(after=interval, message=why, alarm=why)
        if recovery.message == why:  # people first, nova may be away
            self._flapping.note(recovery)
        else:
            outcome = dataclasses.replace(outcome, after=0.0)
        # Once let in, only what it reports from then on counts.
        self._sightings.pop(recovery.uuid, None)
        return outcome

    def _is_off(self, recovery: Recovery) -> bool:
        """Whether the BMC is sure that nothing can report from there."""
        settings = self._settings()
        deadline = Deadline.after(settings.read_timeout, self._clock.monotonic)
        try:
            host = self._hosts.get(recovery.host)
            state = self._power.power_state(host, deadline)
        except errors.RecoveryError as e:
            LOG.info('%s: power is not known now: %s', recovery.host, e)
            return False
        return state is PowerState.OFF

    def forget(self, uuid: str) -> None:
        """Drop what is remembered of a recovery."""
        self._sightings.pop(uuid, None)
        self._flapping.forget(uuid)
