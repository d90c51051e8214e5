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
        kind: _blockers(cloud, fitting, kind, counts, failed)
        for kind in counts
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
    movers = [m for number in failed for m in cloud.movers[number]]
    spread = Spread(cloud, _used(cloud, failed, movers))
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


def _used(cloud: Cloud, failed: Sequence[int], movers: Sequence[Mover]) -> int:
    """Return the hosts in use then: of the spares, the most useful ones."""
    alive = _alive(cloud, failed)
    useful = sorted(
        bounds.bits(cloud.spares & alive),
        key=lambda spare: -sum(m.kind.reach >> spare & 1 for m in movers),
    )
    idle = sum(1 << number for number in useful[len(failed) :])
    return alive & ~idle


def blockers(
    cloud: Cloud, kind: Kind, hosts: int, number: int, others: Others
) -> int:
    """Return how many others must be placed before one finds no place.

    A spare is taken for each host that fails; which one is not known here.

    :param hosts: those with room for it, spares among them.
    :param number: how many hosts fail.
    """
    spares = cloud.spares & hosts
    by = bounds.blockers(
        kind.need, cloud.rooms, bounds.bits(hosts & ~spares), others
    )
    if not spares or by == bounds.NEVER:
        return by
    idle = max(0, cloud.spares.bit_count() - number)
    fewer = dataclasses.replace(others, lost=others.lost + idle)
    return max(
        by,
        bounds.blockers(kind.need, cloud.rooms, bounds.bits(hosts), fewer),
    )


def _blockers(
    cloud: Cloud,
    fitting: Fitting,
    kind: Kind,
    counts: Mapping[Kind, int],
    failed: Sequence[int],
) -> int:
    hosts = kind.reach & _alive(cloud, failed) & fitting.mask(kind.need)
    needs: Counter[Need] = Counter()
    rivals = 0
    for other, count in counts.items():
        number = count - (other == kind)
        if number and other.hopes & hosts:
            needs[other.need] += number
            rivals += number if kind.apart and other.apart == kind.apart else 0
    return blockers(cloud, kind, hosts, len(failed), Others(needs, rivals))


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
