# SPDX-License-Identifier: Apache-2.0
"""One window of evacuations under way, shared by all recoveries here.

Nova is one, however many hosts have failed. What is learned is forgotten
when the last evacuation has ended, and at a restart: the next incident may
find another cloud.
"""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime
import itertools
import logging
import threading

from nova_ha.engine.settings import Settings
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.worklist import Worklist
from nova_ha.recovery import following
from nova_ha.recovery import pace
from nova_ha.recovery import ports
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import RecoveryState

LOG = logging.getLogger(__name__)

UNKNOWN = float('-inf')
"""When something was asked for that we find under way."""

MANY = 1_000_000
"""What another controller's recovery is taken to want."""


@dataclasses.dataclass(slots=True)
class _Flight:
    """An evacuation under way.

    :ivar number: its place in the order of asking.
    :ivar overtaken: how many asked for later have ended before it.
    """

    asked: float
    number: int
    target: str | None = None
    overtaken: int = 0


@dataclasses.dataclass(slots=True)
class _Party:
    """A recovery that shares in the window.

    :ivar waiting: how many of its evacuations could be asked for now.
    """

    host: str
    flights: dict[str, _Flight] = dataclasses.field(default_factory=dict)
    waiting: int = 0


class Pacing:
    """Hears of what is asked for and what ends; says how many may follow.

    May be called from the threads of all recoveries.
    """

    def __init__(self, clock: ports.Clock, settings: SettingsSource) -> None:
        self._clock = clock
        self._settings = settings
        self._lock = threading.Lock()
        self._parties: dict[str, _Party] = {}
        self._live: set[str] = set()
        self._slow: frozenset[str] = frozenset()
        self._asked = 0
        self._bounds = self._room_for = _bounds(settings())
        self._pace = pace.begin(self._bounds, clock.monotonic())

    @property
    def window(self) -> int:
        """How many may be under way in the whole cloud."""
        return self._pace.window

    def see(self, work: Worklist) -> None:
        """Take in what nova's records show of a recovery's evacuations."""
        with self._lock:
            self._follow_options()
            party = self._party(work.recovery)
            for asked_at, why in work.take_troubles():
                self._trouble(self._on_our_scale(asked_at), why)
            open_ = {
                row.instance: record.target if record else None
                for row in work.open()
                for record in (work.record(row),)
                if following.occupies_window(row, record)
            }
            for instance in [i for i in party.flights if i not in open_]:
                self._end(work, instance, party.flights.pop(instance))
            for instance, target in open_.items():
                flight = party.flights.setdefault(
                    instance, _Flight(UNKNOWN, 0)
                )
                flight.target = target

    def room(
        self, work: Worklist, waiting: int, active: Iterable[Recovery]
    ) -> int:
        """Return how many more may be asked for now.

        :param waiting: how many of this recovery could be.
        :param active: all recoveries, other controllers' too.
        """
        with self._lock:
            party = self._party(work.recovery)
            party.waiting = waiting
            self._see_slow()
            wanted = self._wanted(work.recovery, active)
            self._widen(sum(want > 0 for want in wanted.values()))
            free = pace.shares(self.window, wanted)[work.recovery.uuid]
            free -= self._held(work.recovery.uuid)
            if party.flights:
                free = min(free, self._bounds.largest - self._under_way())
            capped = min(free, self._under_caps(party))
            if capped < free or sum(wanted.values()) < self.window:
                self._pace = pace.unused(self._pace, self._clock.monotonic())
            return max(0, capped)

    def asked(self, work: Worklist, rows: Sequence[Evacuation]) -> None:
        """Take in what is being asked for."""
        now = self._clock.monotonic()
        with self._lock:
            party = self._party(work.recovery)
            party.waiting = max(0, party.waiting - len(rows))
            for row in rows:
                self._asked += 1
                party.flights[row.instance] = _Flight(now, self._asked)

    def silent(self, since: float, why: str) -> None:
        """Nova did not answer us.

        :param since: when it last did.
        """
        with self._lock:
            self._trouble(since, why)

    def forget(self, uuid: str) -> None:
        """The recovery has come to its end, or is not ours any more."""
        with self._lock:
            self._parties.pop(uuid, None)
            if not self._parties:
                now = self._clock.monotonic()
                self._pace = pace.begin(self._bounds, now)

    def _party(self, recovery: Recovery) -> _Party:
        return self._parties.setdefault(recovery.uuid, _Party(recovery.host))

    def _follow_options(self) -> None:
        bounds = _bounds(self._settings())
        if bounds != self._bounds:
            self._bounds = self._room_for = bounds
            self._pace = pace.begin(bounds, self._clock.monotonic())

    def _widen(self, hosts: int) -> None:
        """Have a place for each host, whatever the window has shrunk to."""
        bounds = self._bounds
        self._room_for = dataclasses.replace(
            bounds,
            smallest=max(bounds.smallest, hosts),
            largest=max(bounds.largest, hosts),
        )
        now = self._clock.monotonic()
        self._turn(pace.widened(self._pace, self._room_for, now))

    def _end(self, work: Worklist, instance: str, flight: _Flight) -> None:
        record = work.record(work.rows[instance])
        if record is None or record.status not in following.OVER_WELL:
            return
        for other in self._flights():
            other.overtaken += other.number < flight.number
        if self._settings().adaptive:
            waiting = sum(
                party.waiting
                for uuid, party in self._parties.items()
                if uuid in self._live
            )
            now = self._clock.monotonic()
            self._turn(
                pace.ended(
                    self._pace,
                    self._room_for,
                    flight.asked,
                    record.target or '',
                    waiting,
                    now,
                )
            )

    def _on_our_scale(self, at: datetime.datetime) -> float:
        passed = (self._clock.now() - at).total_seconds()
        return self._clock.monotonic() - passed

    def _trouble(self, asked: float, why: str) -> None:
        if self._settings().adaptive:
            now = self._clock.monotonic()
            self._turn(
                pace.troubled(self._pace, self._room_for, asked, why, now)
            )

    def _turn(self, new: pace.Pace) -> None:
        old, self._pace = self._pace, new
        if new.window != old.window:
            LOG.info(
                'Window of evacuations under way: %d, was %d (%s)',
                new.window,
                old.window,
                new.why,
            )

    def _wanted(
        self, recovery: Recovery, active: Iterable[Recovery]
    ) -> Mapping[str, int]:
        """Return how many places each recovery could fill."""
        evacuating = {
            r.uuid: r.owner == recovery.owner
            for r in active
            if r.state is RecoveryState.EVACUATING
        }
        self._live = {
            recovery.uuid,
            *(u for u, own in evacuating.items() if own),
        }
        wanted = {
            uuid: self._held(uuid) + party.waiting
            for uuid, party in self._parties.items()
            if uuid in self._live
        }
        others = (uuid for uuid, own in evacuating.items() if not own)
        return wanted | dict.fromkeys(others, MANY)

    def _held(self, uuid: str) -> int:
        """Return how many places of the window a recovery holds."""
        party = self._parties[uuid]
        slow = sum(i in self._slow for i in party.flights)
        return pace.holding(len(party.flights), slow, self.window)

    def _see_slow(self) -> None:
        """See which evacuations hold no place, since only they are slow."""
        if not self._settings().adaptive:
            self._slow = frozenset()
            return
        now = self._clock.monotonic()
        flights = {
            instance: (flight.target, now - flight.asked, flight.overtaken)
            for party in self._parties.values()
            for instance, flight in party.flights.items()
            if flight.asked != UNKNOWN
        }
        slow = pace.slow(self._pace, flights.values())
        self._slow = frozenset(itertools.compress(flights, slow))

    def _under_caps(self, party: _Party) -> int:
        """Return how many more the caps allow.

        Who has no target yet may be going to any, the fullest too.
        """
        settings, room = self._settings(), MANY
        if settings.target_window:
            targets = [f.target for f in self._flights()]
            named = {t for t in targets if t}
            fullest = max((targets.count(t) for t in named), default=0)
            unknown = len(targets) - sum(1 for t in targets if t)
            room = settings.target_window - fullest - unknown
        if settings.cell_window:
            cell = pace.cell_of(party.host, settings.cells)
            under_way = sum(
                len(p.flights)
                for p in self._parties.values()
                if pace.cell_of(p.host, settings.cells) == cell
            )
            room = min(room, settings.cell_window - under_way)
        return room

    def _flights(self) -> Iterable[_Flight]:
        for party in self._parties.values():
            yield from party.flights.values()

    def _under_way(self) -> int:
        return sum(len(p.flights) for p in self._parties.values())


def _bounds(settings: Settings) -> pace.Bounds:
    """Return the window's bounds; fixed where it does not adapt."""
    start = settings.window
    if not settings.adaptive:
        return pace.Bounds(start, start, start)
    return pace.Bounds(
        start,
        min(settings.window_min, start),
        max(settings.window_max, start),
    )
