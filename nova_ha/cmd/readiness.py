# SPDX-License-Identifier: Apache-2.0
"""Whether this daemon can do all of its work, for load balancers."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import threading

from nova_ha.engine.world import World
from nova_ha.inspection.reading import see
from nova_ha.looks import Look
from nova_ha.recovery import errors

STALL = 30.0
"""Seconds without a beat of the engine, as systemd's watchdog has it."""
STORE_LOOK_AGE = 1.0
"""Seconds between two looks at the store. Each is a write, which the fence
path must not wait for."""


def store_look(world: World) -> Look[None]:
    """Return what finds out whether the store can be written."""
    return Look(
        'the store',
        world.store.check,
        errors.StoreUnavailable,
        max_age=STORE_LOOK_AGE,
        monotonic=world.clock.monotonic,
    )


class Readiness:
    """Looks at the store, the hosts file and the engine's beats.

    :param beats: grows while the engine's vital loops turn.
    :param store: whether it can be written.
    """

    def __init__(
        self, beats: Callable[[], int], world: World, store: Look[None]
    ) -> None:
        self._beats = beats
        self._world = world
        self._store = store
        self._lock = threading.Lock()
        self._seen = -1
        self._seen_at = world.clock.monotonic()

    def reasons(self) -> Sequence[str]:
        """Return why it cannot; empty when it can."""
        return tuple(self._reasons())

    def _reasons(self) -> Iterator[str]:
        if problem := self._world.hosts.problem():
            yield problem
        if store := see(self._store.get).why_not:
            yield f'the store cannot be written: {store}'
        still = self._still()
        if still > STALL:
            yield (
                f'the engine has stood still for {still:.0f} s: see the log, '
                'and restart nova-ha-fencer'
            )

    def _still(self) -> float:
        """Return for how many seconds no beat has been seen."""
        beats, now = self._beats(), self._world.clock.monotonic()
        with self._lock:
            if beats != self._seen:
                self._seen, self._seen_at = beats, now
            return now - self._seen_at
