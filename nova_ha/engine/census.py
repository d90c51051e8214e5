# SPDX-License-Identifier: Apache-2.0
"""Counts hosts and looks at nova's own services, in advance.

In a loop of its own: what the guards need of nova is at hand when a host
fails, and nobody waits for it. An incident only brings the next look
forward, while its power-off runs.
"""

from collections.abc import Sequence
import dataclasses
import datetime
import logging

from nova_ha.engine.periodic import Periodic
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery.model import Aggregate
from nova_ha.recovery.model import NovaService
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.storm import Census
from nova_ha.recovery.storm import Scope

LOG = logging.getLogger(__name__)

BUSY = 10.0
"""Seconds between two looks while something is recovered: as often as nova's
services report."""

BUSY_FOR = 30.0
"""Seconds for which it is taken so since somebody last needed a look."""

FRESH = 2.0
"""Seconds; when a host has failed, a look so young will do."""

ENDED = 200
"""So many recoveries that ended last are looked at for the storm window."""

COMPUTE = 'nova-compute'


@dataclasses.dataclass(frozen=True, slots=True)
class Count:
    """What the last look brought.

    :ivar ended: the recoveries that ended last.
    """

    census: Census = dataclasses.field(default_factory=Census)
    services: Sequence[NovaService] = ()
    ended: Sequence[Recovery] = ()


class CensusTaker:
    """Takes the census.

    :ivar last: what the last look that nova answered has brought; until
        then the hosts file's hosts, and nothing of nova.
    """

    def __init__(self, world: World, settings: SettingsSource) -> None:
        self._world = world
        self._settings = settings
        self._needed_at = world.clock.monotonic() - BUSY_FOR
        self._looked_at: float | None = None
        self._away = ''
        self.loop = Periodic('census', self.turn, self._interval)
        self._last: Count | None = None

    @property
    def last(self) -> Count:
        """Return the last look, or what is known without one."""
        if self._last is None:
            names = frozenset(h.name for h in self._world.hosts.all())
            self._last = Count(Census(hosts=names))
        return self._last

    def need(self, fresh: float = FRESH) -> None:
        """Look soon, and often for a while; never waits.

        :param fresh: seconds; a look so young will do.
        """
        now = self._world.clock.monotonic()
        self._needed_at = now
        if self._looked_at is None or now - self._looked_at >= fresh:
            self._looked_at = now
            self.loop.wake()

    def turn(self) -> None:
        """Look once; what nova does not tell stays as it was."""
        self._looked_at = self._world.clock.monotonic()
        limits = self._settings().guards
        count = self.last
        try:
            if limits.control_plane or limits.storm.any:
                count = self._look_at_nova(count)
        finally:
            if limits.storm.any:
                ended = self._world.store.recoveries(active=False, limit=ENDED)
                count = dataclasses.replace(count, ended=ended)
            self._last = count

    def _look_at_nova(self, count: Count) -> Count:
        at = self._world.clock.now()
        try:
            services = self._world.compute.all_services()
            aggregates: Sequence[Aggregate] = ()
            if self._settings().guards.storm.any_group:
                aggregates = self._world.compute.aggregates()
        except errors.ComputeError as e:
            if not self._away:
                LOG.warning('The guards go by what nova told before: %s', e)
            self._away = str(e)
            return count
        self._away = ''
        census = census_of(services, aggregates, at)
        return dataclasses.replace(count, census=census, services=services)

    def _interval(self) -> float:
        idle = self._world.clock.monotonic() - self._needed_at
        interval = self._settings().guards.census_interval
        return min(BUSY, interval) if idle < BUSY_FOR else interval


def census_of(
    services: Sequence[NovaService],
    aggregates: Sequence[Aggregate],
    at: datetime.datetime,
) -> Census:
    """Return who is who among nova's services."""
    computes = [s for s in services if s.binary == COMPUTE]
    scopes = [
        Scope(f'aggregate {aggregate.name}', aggregate.hosts)
        for aggregate in aggregates
    ]
    zones: dict[str, set[str]] = {}
    for service in computes:
        if service.zone:
            zones.setdefault(service.zone, set()).add(service.host)
    scopes += [
        Scope(f'availability zone {name}', frozenset(hosts))
        for name, hosts in sorted(zones.items())
    ]
    return Census(
        hosts=frozenset(s.host for s in computes),
        forced_down=frozenset(s.host for s in computes if s.forced_down),
        scopes=tuple(scopes),
        at=at,
    )
