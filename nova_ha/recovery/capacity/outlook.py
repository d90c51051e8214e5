# SPDX-License-Identifier: Apache-2.0
"""What would come of the instances of hosts that fail together."""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

from nova_ha.recovery.capacity import bounds
from nova_ha.recovery.capacity import reach
from nova_ha.recovery.capacity import room
from nova_ha.recovery.capacity.bounds import Kind
from nova_ha.recovery.capacity.bounds import Others
from nova_ha.recovery.capacity.cloud import Cloud
from nova_ha.recovery.capacity.cloud import Mover
from nova_ha.recovery.capacity.room import Need
from nova_ha.recovery.capacity.spread import Spread


@dataclasses.dataclass(frozen=True, slots=True)
class Left:
    """An instance that finds no place when places are given as is likely.

    :ivar why: how many hosts will not do for which reason, in words.
    """

    instance: str
    name: str
    host: str
    why: str


@dataclasses.dataclass(frozen=True, slots=True)
class Outlook:
    """How many of the instances find a place.

    :ivar sure: whatever order and hosts nova chooses; never too many.
    :ivar likely: when they are spread as nova does by default.
    :ivar at_most: never too few.
    :ivar left: those without one, when they are spread.
    """

    hosts: Sequence[str]
    instances: int
    sure: int
    likely: int
    at_most: int
    left: Sequence[Left] = ()

    @property
    def verdict(self) -> str:
        """``yes``, ``perhaps`` or ``no``: whether all find a place."""
        if self.sure == self.instances:
            return 'yes'
        return 'perhaps' if self.at_most == self.instances else 'no'


class Fitting:
    """Remembers which hosts have room for what.

    There are few flavors, and the same question comes for every host.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._rooms = cloud.rooms
        self._masks: dict[Need, int] = {}

    def mask(self, wanted: Need) -> int:
        """Return the hosts that have room for one now."""
        if wanted not in self._masks:
            self._masks[wanted] = sum(
                1 << number
                for number, free in enumerate(self._rooms)
                if room.fits(free, wanted)
            )
        return self._masks[wanted]


def figures(
    cloud: Cloud, fitting: Fitting, failed: Sequence[int]
) -> tuple[int, int, int]:
    """Return how many there are, how many sure, and at most.

    :param failed: numbers of the hosts.
    """
    counts = Counter(
        mover.kind for number in failed for mover in cloud.movers[number]
    )
    everybody = sum(counts.values())
    alive = _alive(cloud, failed)
    blocked = {
        kind: _blockers(cloud, fitting, kind, counts, alive) for kind in counts
    }
    sure = bounds.sure(counts, blocked)
    if sure == everybody:
        return everybody, sure, everybody
    return everybody, sure, bounds.at_most(counts, cloud.hopes, alive)


def look(cloud: Cloud, fitting: Fitting, failed: Sequence[int]) -> Outlook:
    """Return what would come of these hosts' instances."""
    names = sorted(cloud.standings[number].name for number in failed)
    everybody, sure, at_most = figures(cloud, fitting, failed)
    if sure == everybody:
        return Outlook(names, everybody, sure, everybody, everybody)
    spread = Spread(cloud, _alive(cloud, failed))
    movers = [m for number in failed for m in cloud.movers[number]]
    left = spread.place(movers)
    return Outlook(
        hosts=names,
        instances=everybody,
        sure=sure,
        likely=everybody - len(left),
        at_most=at_most,
        left=_explained(cloud, spread, left, set(failed)),
    )


def _alive(cloud: Cloud, failed: Iterable[int]) -> int:
    return cloud.everywhere & ~sum(1 << number for number in failed)


def _blockers(
    cloud: Cloud,
    fitting: Fitting,
    kind: Kind,
    counts: Mapping[Kind, int],
    alive: int,
) -> int:
    hosts = kind.reach & alive & fitting.mask(kind.need)
    needs: Counter[Need] = Counter()
    rivals = 0
    for other, count in counts.items():
        number = count - (other == kind)
        if number and other.hopes & hosts:
            needs[other.need] += number
            rivals += number if kind.apart and other.apart == kind.apart else 0
    return bounds.blockers(
        kind.need, cloud.rooms, bounds.bits(hosts), Others(needs, rivals)
    )


def _explained(
    cloud: Cloud,
    spread: Spread,
    left: Iterable[Mover],
    failed: set[int],
) -> Sequence[Left]:
    known: dict[tuple[Kind, object], str] = {}
    found = []
    for mover in left:
        key = (mover.kind, mover.terms)
        if key not in known:
            known[key] = _why(cloud, spread, mover, failed)
        guest = mover.guest
        found.append(Left(guest.uuid, guest.name, guest.host, known[key]))
    return found


def _why(cloud: Cloud, spread: Spread, mover: Mover, failed: set[int]) -> str:
    """Return for how many hosts which reason holds, the most first."""
    reasons: Counter[str] = Counter()
    for number, standing in enumerate(cloud.standings):
        if number in failed:
            continue
        reason = reach.refusal(mover.terms, standing, cloud.rules, True)
        if reason is None and not mover.kind.reach >> number & 1:
            reason = mover.group
        if reason is None:
            short = spread.lacking(mover.kind, number)
            reason = (
                f'with too little {", ".join(short)}' if short else mover.group
            )
        reasons[reason] += 1
    if not reasons:
        return 'no other host'
    most_first = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return ', '.join(f'{count} {reason}' for reason, count in most_first)
