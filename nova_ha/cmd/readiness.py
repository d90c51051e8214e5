# SPDX-License-Identifier: Apache-2.0
"""Whether this daemon can do all of its work, for load balancers."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

from nova_ha.cmd.fresh import Fresh
from nova_ha.engine.world import World
from nova_ha.recovery import errors

STALL = 30.0
"""Seconds without a beat of the engine, as systemd's watchdog has it."""


def store_look(world: World) -> Fresh[errors.StoreError | None]:
    """Return what finds out what is wrong with the store.

    Each look is a write to it, which the fence path must not wait for.
    """

    def look() -> errors.StoreError | None:
        try:
            world.store.check()
        except errors.StoreError as error:
            return error
        return None

    return Fresh(look, world.clock.monotonic)


class Readiness:
    """Looks at the store, the hosts file and the engine's beats.

    :param beats: grows while the engine's vital loops turn.
    :param store: what is wrong with it.
    """

    def __init__(
        self,
        beats: Callable[[], int],
        world: World,
        store: Fresh[errors.StoreError | None],
    ) -> None:
        self._beats = beats
        self._world = world
        self._store = store
        self._seen = -1
        self._seen_at = world.clock.monotonic()
        self._fresh = Fresh(self._reasons, world.clock.monotonic)

    def reasons(self) -> Sequence[str]:
        """Return why it cannot; empty when it can."""
        return self._fresh.get()

    def _reasons(self) -> Sequence[str]:
        return tuple(self._look(self._world.clock.monotonic()))

    def _look(self, now: float) -> Iterator[str]:
        if problem := self._world.hosts.problem():
            yield problem
        if error := self._store.get():
            yield f'the store cannot be written: {error}'
        beats = self._beats()
        if beats != self._seen:
            self._seen, self._seen_at = beats, now
        elif now - self._seen_at > STALL:
            yield (
                'the engine has stood still for '
                f'{now - self._seen_at:.0f} s: see the log, and restart '
                'nova-ha-fencer'
            )
