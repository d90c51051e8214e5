# SPDX-License-Identifier: Apache-2.0
"""Guards hold evacuations back, never a power-off (promise 9)."""

from typing import Protocol

from nova_ha.engine.outcome import Outcome
from nova_ha.engine.settings import SettingsSource
from nova_ha.recovery import ports
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import Event
from nova_ha.recovery.states import RecoveryState


class Guard(Protocol):
    """Decides whether a recovery may evacuate now."""

    def holds(self, recovery: Recovery) -> str:
        """Return why the evacuations must wait; empty when they need not."""


IN_FLIGHT = frozenset({RecoveryState.EVACUATING, RecoveryState.RETURNING})
QUEUED = frozenset({RecoveryState.FORCING_DOWN, RecoveryState.HELD})


class StormGuard:
    """Too many hosts lost at once look like a fault of something else."""

    def __init__(
        self, store: ports.RecoveryStore, settings: SettingsSource
    ) -> None:
        self._store = store
        self._settings = settings

    def holds(self, recovery: Recovery) -> str:
        """Return why the evacuations must wait; empty when they need not."""
        limit = self._settings().storm_hosts
        if not limit:
            return ''
        before = [
            r.host
            for r in self._store.recoveries(active=True)
            if r.state in IN_FLIGHT or _is_ahead(r, recovery)
            if r.uuid != recovery.uuid
        ]
        if len(before) < limit:
            return ''
        return (
            f'storm: {len(before)} hosts go before this one and '
            f'[guards] storm_hosts is {limit}; waits for one to end, or for '
            "an operator's release"
        )


def _is_ahead(other: Recovery, recovery: Recovery) -> bool:
    """Whether the other is to be let evacuate first.

    The older go first. So of those that look at the same moment only as
    many see a free place as there are.
    """
    return other.state in QUEUED and (other.requested_at, other.uuid) < (
        recovery.requested_at,
        recovery.uuid,
    )


class Held:
    """held: looks again whether the guard has cleared."""

    def __init__(self, guard: Guard, settings: SettingsSource) -> None:
        self._guard = guard
        self._settings = settings

    def run(self, recovery: Recovery) -> Outcome:
        """Take one tick; see :class:`~nova_ha.engine.outcome.Step`."""
        hold = self._guard.holds(recovery)
        if hold:
            return Outcome(
                after=self._settings().host_watch_interval, message=hold
            )
        return Outcome(Event.RELEASED, message='the guard has cleared')

    def forget(self, uuid: str) -> None:
        """Nothing is remembered."""
