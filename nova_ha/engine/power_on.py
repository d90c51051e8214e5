# SPDX-License-Identifier: Apache-2.0
"""Powers hosts on that Pacemaker, or a person, wants on again.

What asks only writes the wish down: nothing waits for a BMC then, and
whoever drives the recovery carries the wish out, after any crash.
"""

from concurrent import futures
import logging

from nova_ha.engine.flapping import Flapping
from nova_ha.engine.gates import Gates
from nova_ha.engine.journal import Journal
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery import power_on
from nova_ha.recovery import safety
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.power_on import PowerOnAfter
from nova_ha.recovery.states import Gate

LOG = logging.getLogger(__name__)

MAX_PAUSE = 60.0
"""Seconds between two tries of a BMC that does not do it."""

FOR_A_PERSON = (
    'stays off, though its power-on was asked for: [engine] power_on_after '
    'is never; power it on by hand'
)


class PowerOn:
    """Carries wishes for power out when they are due."""

    def __init__(
        self,
        world: World,
        gates: Gates,
        journal: Journal,
        pool: futures.Executor,
        settings: SettingsSource,
        flapping: Flapping,
    ) -> None:
        self._flapping = flapping
        self._hosts = world.hosts
        self._power = world.power
        self._store = world.store
        self._clock = world.clock
        self._gates = gates
        self._journal = journal
        self._pool = pool
        self._settings = settings
        self._trying: set[str] = set()
        self._failures: dict[str, int] = {}
        self._since: dict[str, float] = {}
        self._not_before: dict[str, float] = {}

    def turn(self) -> None:
        """Begin with every wish of ours that is due.

        :raises StoreUnavailable: the store is away.
        """
        owner = self._settings().owner
        for recovery in self._store.recoveries(active=True):
            if recovery.owner == owner and recovery.power_on_asked_at:
                try:
                    self._see_to(recovery)
                except errors.StoreError as e:  # the next turn reads anew
                    LOG.info('%s: not written down: %s', recovery.host, e)

    def _see_to(self, recovery: Recovery) -> None:
        if power_on.is_moot(recovery.state):
            self._end(recovery, 'power_on_not_needed')
        elif self._is_due(recovery) and recovery.uuid not in self._trying:
            self._trying.add(recovery.uuid)
            self._pool.submit(self._try, recovery)
        else:
            self._explain(recovery)

    def _is_due(self, recovery: Recovery) -> bool:
        now = self._clock.monotonic()
        if now < self._not_before.get(recovery.uuid, 0.0):
            return False
        if self._flapping.why_kept_out(recovery):
            return False  # a person lets it in, and then it is powered on
        held = (
            safety.sealed(recovery)
            and self._gates.seen(recovery.host) is Gate.SHUT
        )
        policy = self._settings().power_on_after
        return power_on.is_due(policy, recovery.state, held)

    def _explain(self, recovery: Recovery) -> None:
        """Tell a person who has to do it."""
        settings = self._settings()
        if settings.power_on_after is not PowerOnAfter.NEVER:
            return
        as_if = PowerOnAfter.EVACUATED
        if not power_on.is_due(as_if, recovery.state, held=False):
            return
        if FOR_A_PERSON not in recovery.message:
            message = f'{recovery.message}; {recovery.host} {FOR_A_PERSON}'
            self._journal.amend(recovery, message=message.lstrip('; '))

    def _try(self, recovery: Recovery) -> None:
        try:
            current = self._store.get(recovery.uuid)
            if current.power_on_asked_at is None or not self._is_due(current):
                return
            host = self._hosts.get(current.host)
            self._power.power_on(host, self._deadline())
            self._end(current, 'powered_on')
        except errors.PowerUnsupported as e:
            LOG.info('%s: %s', recovery.host, e)
            self._end(recovery, 'power_on_not_supported')
        except errors.StoreError as e:
            LOG.warning('%s: not written down: %s', recovery.host, e)
        except errors.RecoveryError as e:
            self._failed(recovery, e)
        finally:
            self._trying.discard(recovery.uuid)

    def _end(self, recovery: Recovery, milestone: str) -> None:
        """The wish is over; done twice is no harm."""
        self._forget(recovery.uuid)
        self._journal.amend(recovery, milestone, power_on_asked_at=None)

    def _failed(self, recovery: Recovery, error: errors.RecoveryError) -> None:
        settings = self._settings()
        uuid, now = recovery.uuid, self._clock.monotonic()
        failures = self._failures.get(uuid, 0)
        self._failures[uuid] = failures + 1
        factor: float = 2.0 ** min(failures, 10)
        pause = min(settings.retry_interval * factor, MAX_PAUSE)
        self._not_before[uuid] = now + pause
        why = f'{recovery.host} could not be powered on: {error}'
        LOG.warning('%s. Trying again in %.0f s', why, pause)
        since = self._since.setdefault(uuid, now)
        if now - since >= settings.force_down_alarm:
            self._journal.alarm(recovery, why)

    def _forget(self, uuid: str) -> None:
        for memory in (self._failures, self._since, self._not_before):
            memory.pop(uuid, None)

    def _deadline(self) -> Deadline:
        return Deadline.after(
            self._settings().read_timeout, self._clock.monotonic
        )
