# SPDX-License-Identifier: Apache-2.0
"""Guards hold evacuations back, never a power-off (promise 9).

Here the facts are gathered; :mod:`nova_ha.recovery.guards` decides. Between
the force-down and the first evacuation this costs at most one look at the
store, and that only where a guard counts recoveries.
"""

from collections.abc import Sequence
import dataclasses
from typing import Protocol

from nova_ha.engine.census import BUSY
from nova_ha.engine.census import CensusTaker
from nova_ha.engine.modes import ModeKeeper
from nova_ha.engine.outcome import Outcome
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.world import World
from nova_ha.recovery import guards
from nova_ha.recovery import storm
from nova_ha.recovery.guards import Picture
from nova_ha.recovery.guards import Verdict
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.modes import ARMED
from nova_ha.recovery.states import Event

LOOK_AGAIN = 1.0
"""Seconds for which those that evacuate go by the same look at the store."""


class Guard(Protocol):
    """Decides whether a recovery may evacuate now."""

    def holds(self, recovery: Recovery) -> str:
        """Return why the evacuations must wait; empty when they need not."""


class Guards:
    """Asks all the guards."""

    def __init__(
        self,
        world: World,
        census: CensusTaker,
        modes: ModeKeeper,
        settings: SettingsSource,
    ) -> None:
        self._store = world.store
        self._clock = world.clock
        self._census = census
        self._modes = modes
        self._settings = settings
        self._started_at = world.clock.now()
        self._active: Sequence[Recovery] = ()
        self._looked_at: float | None = None
        self._storm_seen: dict[str, float] = {}

    def holds(self, recovery: Recovery) -> str:
        """Return why the evacuations must not begin; '' when they may."""
        return str(self._judge(recovery, self._picture()))

    def pauses(self, recovery: Recovery) -> str:
        """Return why nothing more may be asked for; '' when it may.

        Asked at every tick: each look would be a request that nova could
        evacuate in place of.
        """
        self._census.need(BUSY)
        picture = self._picture(LOOK_AGAIN)
        limits = self._settings().guards
        return str(guards.pauses(recovery, picture, limits))

    def still_holds(self, recovery: Recovery) -> str:
        """Return why what is held stays so; '' when it may go on.

        A storm has to be over for a while.
        """
        self._census.need()
        verdict = self._judge(recovery, self._picture())
        return str(verdict if verdict.hold else self._cooling(recovery))

    def preview(self, recovery: Recovery) -> str:
        """Return what would hold the recovery, were the mode armed."""
        picture = self._picture()
        picture = dataclasses.replace(
            picture,
            standing=ARMED,
            recoveries=[*picture.recoveries, recovery],
        )
        return str(self._judge(recovery, picture))

    def control_plane_is_down(self) -> bool:
        """Whether nova cannot evacuate for want of a service of its own."""
        count = self._census.last
        return bool(
            self._settings().guards.control_plane
            and guards.missing_services(count.services)
        )

    def forget(self, uuid: str) -> None:
        """Drop what is remembered of a recovery."""
        self._storm_seen.pop(uuid, None)

    def _judge(self, recovery: Recovery, picture: Picture) -> Verdict:
        verdict = guards.judge(recovery, picture, self._settings().guards)
        if verdict.why.startswith(storm.STORM):
            self._storm_seen[recovery.uuid] = self._clock.monotonic()
        return verdict

    def _cooling(self, recovery: Recovery) -> Verdict:
        now = self._clock.monotonic()
        seen = self._storm_seen.get(recovery.uuid)
        if seen is None and recovery.message.startswith(storm.STORM):
            seen = self._storm_seen[recovery.uuid] = now  # we were restarted
        limits = self._settings().guards
        if seen is None or now - seen >= limits.storm.cooldown:
            return guards.FREE
        if guards.is_overruled(recovery):
            return guards.FREE
        return guards.cooling(recovery, limits)

    def _picture(self, max_age: float = 0.0) -> Picture:
        limits = self._settings().guards
        recoveries: Sequence[Recovery] = ()
        count = self._census.last
        if limits.storm.any or limits.hosts_at_a_time:
            recoveries = [*self._look(max_age), *count.ended]
        return Picture(
            now=self._clock.now(),
            started_at=self._started_at,
            standing=self._modes.standing,
            recoveries=recoveries,
            census=count.census,
            services=count.services,
        )

    def _look(self, max_age: float) -> Sequence[Recovery]:
        now = self._clock.monotonic()
        at = self._looked_at
        if at is None or now - at >= max_age:
            self._active = self._store.recoveries(active=True)
            self._looked_at = now
        return self._active


class Held:
    """held: looks again whether the guard has cleared."""

    def __init__(self, guards_: Guards, settings: SettingsSource) -> None:
        self._guards = guards_
        self._settings = settings

    def run(self, recovery: Recovery) -> Outcome:
        """Take one tick; see :class:`~nova_ha.engine.outcome.Step`."""
        hold = self._guards.still_holds(recovery)
        if hold:
            return Outcome(
                after=self._settings().host_watch_interval, message=hold
            )
        return Outcome(Event.RELEASED, message='the guard has cleared')

    def forget(self, uuid: str) -> None:
        """Drop what is remembered of a recovery."""
        self._guards.forget(uuid)
