# SPDX-License-Identifier: Apache-2.0
"""Sees room appear for instances that found none.

One list of nova's compute services, however many recoveries wait for room.
What is remembered may be lost: then everything is tried once more.
"""

import dataclasses
import logging

from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.worklist import Worklist
from nova_ha.recovery import errors
from nova_ha.recovery import parking
from nova_ha.recovery import ports
from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Recovery

LOG = logging.getLogger(__name__)

FRESH = 2.0
"""Seconds for which a list serves other recoveries, too."""

ONCE_MORE = 5.0
"""Seconds after which a host that had turned up is news for a second time.

Nova lists a host as enabled before Placement hears of it (nova 34): who is
quick finds no room on it yet.
"""

FORGOTTEN = 86400.0
"""Seconds after which what nobody has asked about is dropped."""


@dataclasses.dataclass(frozen=True)
class _Heeded:
    """What a recovery knows of who takes instances.

    :ivar at: when it was heeded, by the monotonic clock.
    :ivar came: those of the takers that were news then.
    """

    at: float
    takers: frozenset[str]
    came: frozenset[str] = frozenset()

    def old_news(self, now: float) -> frozenset[str]:
        """Return whose coming is no news any more."""
        again = self.came if self.is_settled(now) else frozenset()
        return self.takers - again

    def is_settled(self, now: float) -> bool:
        """Whether Placement has heard of who came."""
        return now - self.at >= ONCE_MORE

    def heed(self, takers: frozenset[str], now: float) -> '_Heeded':
        """Return what is known once this was heeded."""
        came = takers - self.takers
        if came or self.is_settled(now):
            return _Heeded(now, takers, came)
        return dataclasses.replace(self, takers=takers)


class CapacityWatch:
    """Compares who takes instances now with who did when there was no room.

    May be called from the threads of all recoveries: at worst nova is asked
    twice.
    """

    def __init__(
        self,
        compute: ports.Compute,
        clock: ports.Clock,
        settings: SettingsSource,
    ) -> None:
        self._compute = compute
        self._clock = clock
        self._settings = settings
        self._services: tuple[float, tuple[ComputeService, ...]] | None = None
        self._heeded: dict[str, _Heeded] = {}

    def note(self, work: Worklist) -> None:
        """Remember who takes instances when the first one finds no room.

        Never raises: what is not known counts as news later.
        """
        recovery = work.recovery
        if recovery.uuid in self._heeded or not any(
            parking.has_met_want(row) for row in work.rows.values()
        ):
            return
        try:
            self.heed(recovery)
        except errors.ComputeError as e:
            LOG.info('Who takes instances now is not known: %s', e)

    def news(self, work: Worklist) -> str:
        """Return why there may be room for what is parked; '' if nothing
        says so.

        Says the same until it is heeded.

        :raises ComputeError: nova does not tell.
        """
        rows = list(work.rows.values())
        heeded = self._heeded.get(work.recovery.uuid)
        now = self._clock.monotonic()
        before = heeded.old_news(now) if heeded else None
        why = parking.why_now(rows, before, self._takers(work.recovery))
        if why:
            return why
        interval = self._settings().parked_interval
        if parking.is_time(rows, interval, self._clock.now()):
            return f'{parking.BLIND} every {interval:.0f} s'
        self.heed(work.recovery)
        return ''

    def heed(self, recovery: Recovery) -> None:
        """Take who takes instances now as known to the recovery.

        :raises ComputeError: nova does not tell.
        """
        now = self._clock.monotonic()
        takers = self._takers(recovery)
        self._drop_old(now)
        before = self._heeded.get(recovery.uuid)
        self._heeded[recovery.uuid] = (
            before.heed(takers, now) if before else _Heeded(now, takers)
        )

    def _drop_old(self, now: float) -> None:
        old = [u for u, h in self._heeded.items() if now - h.at > FORGOTTEN]
        for uuid in old:
            self._heeded.pop(uuid, None)

    def _takers(self, recovery: Recovery) -> frozenset[str]:
        now = self._clock.monotonic()
        known = self._services
        if known is None or now - known[0] > FRESH:
            known = self._services = (
                now,
                tuple(self._compute.services()),
            )
        return parking.takers(known[1], recovery.host)
