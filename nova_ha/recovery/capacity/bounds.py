# SPDX-License-Identifier: Apache-2.0
"""How many instances find a place for sure, and how many can at most.

For sure means: whatever order they are asked for in, and whichever of the
hosts with room nova takes for each. An instance finds none only when the
others have taken the room on every host it may go to. On a host they must
take at least what it has free, less what the instance needs, plus one unit,
of one resource class. If all of them together do not need that much, for
all its hosts at once, it finds a place for sure.

The sum over the hosts needs a common measure of resource classes. Any
weights give a true bound, since what the others need, weighed, is no less
than what they take, weighed, and that is no less than the cheapest way to
block each host. The weights are chosen so that the bound is good.
"""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import math

from nova_ha.recovery.capacity import room
from nova_ha.recovery.capacity.room import Need
from nova_ha.recovery.capacity.room import Room

NEVER = 2**62
"""How many others it takes, where no number of them is enough."""

SCALE = 10**12
"""Weights are whole numbers, so that no rounding spoils a comparison."""


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """Instances that are alike.

    :ivar reach: bit n is set if host n will do, room left aside.
    :ivar hopes: the same, answered hopefully.
    :ivar apart: uuid of its anti-affinity group; '' for none.
    :ivar per_host: how many of that group a host may have.
    """

    need: Need
    reach: int
    hopes: int
    apart: str = ''
    per_host: int = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Others:
    """Who may be placed before an instance.

    :ivar kinds: what each of them needs, and how many need that.
    :ivar rivals: how many are of its anti-affinity group.
    :ivar lost: so many of the hosts, the best ones, do not count.
    """

    kinds: Mapping[Need, int]
    rivals: int = 0
    lost: int = 0

    @property
    def number(self) -> int:
        """How many there are."""
        return sum(self.kinds.values())

    def total(self) -> Counter[str]:
        """Return what all of them need."""
        sums: Counter[str] = Counter()
        for wanted, number in self.kinds.items():
            for name, amount in wanted:
                sums[name] += amount * number
        return sums

    def grain(self) -> dict[str, int]:
        """Return the step in which each class is taken by them."""
        steps: dict[str, int] = {}
        for wanted in self.kinds:
            for name, amount in wanted:
                steps[name] = math.gcd(steps.get(name, 0), amount)
        return steps


def bits(mask: int) -> Iterator[int]:
    """Yield the numbers of the hosts in the mask."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def blockers(
    wanted: Need, rooms: Sequence[Room], hosts: Iterable[int], others: Others
) -> int:
    """Return how many others must be placed before one finds no place.

    0: there is none for it even now. NEVER: it finds one for sure. The
    truth may be more, never less.

    :param hosts: those it may go to and that have room for it now.
    """
    total, grain = others.total(), others.grain()
    found: list[Mapping[str, int]] = []
    # Each host that is blocked has taken one of the others at least.
    enough = others.number + others.lost
    unblocked = 0
    for host in hosts:
        ways = _ways(wanted, rooms[host], total, grain)
        if not ways:
            unblocked += 1
        else:
            found.append(ways)
        # With rivals a host is blocked without any room being taken.
        if unblocked > others.lost + others.rivals:
            return NEVER
        if len(found) + unblocked > enough:
            return NEVER
    return _cheapest(found, unblocked, others, total)


def _ways(
    wanted: Need,
    free: Room,
    total: Mapping[str, int],
    grain: Mapping[str, int],
) -> Mapping[str, int]:
    """Return how much must be taken by class; none that nobody can."""
    ways = {}
    for name, amount in wanted:
        step = grain.get(name)
        if not step:
            continue
        block = -(-(free[name].free - amount + 1) // step) * step
        if block <= total[name]:
            ways[name] = block
    return ways


def _cheapest(
    found: Sequence[Mapping[str, int]],
    unblocked: int,
    others: Others,
    total: Mapping[str, int],
) -> int:
    sums: Counter[str] = Counter()
    for ways in found:
        sums.update(ways)
    weights = {name: max(1, SCALE // block) for name, block in sums.items()}
    costs = sorted(
        min(weights[name] * block for name, block in ways.items())
        for ways in found
    )
    # The dearest are lost, or taken by rivals; unblocked ones before them.
    spared = max(0, others.lost + others.rivals - unblocked)
    cost = sum(costs[: max(0, len(costs) - spared)])
    if cost > sum(weights[name] * total[name] for name in weights):
        return NEVER
    hosts = max(0, len(found) + unblocked - others.lost)
    return max(hosts, _number(cost, weights, others))


def _number(cost: int, weights: Mapping[str, int], others: Others) -> int:
    """Return how many of the others, the largest first, make up the cost."""
    sizes = Counter[int]()
    for wanted, number in others.kinds.items():
        size = sum(weights.get(name, 0) * amount for name, amount in wanted)
        sizes[size] += number
    taken = 0
    for size, number in sorted(sizes.items(), reverse=True):
        if cost <= 0 or not size:
            break
        few = min(number, -(-cost // size))
        taken += few
        cost -= few * size
    return taken if cost <= 0 else NEVER


def sure(counts: Mapping[Kind, int], blocked_by: Mapping[Kind, int]) -> int:
    """Return how many find a place for sure.

    Whoever finds none was blocked by as many as were placed, or fewer.

    :param blocked_by: what :func:`blockers` says of each kind.
    """
    everybody = sum(counts.values())
    for placed in sorted({0, *blocked_by.values()}):
        may_fail = sum(
            number
            for kind, number in counts.items()
            if blocked_by[kind] <= placed
        )
        if placed + may_fail >= everybody:
            return min(placed, everybody)
        more = everybody - may_fail
        if not any(placed < by <= more for by in blocked_by.values()):
            return more
    return everybody


def at_most(
    counts: Mapping[Kind, int], rooms: Sequence[Room], alive: int
) -> int:
    """Return a number of places that is never too small.

    :param rooms: hopeful ones, by the number of the host.
    :param alive: the hosts that are left.
    """
    by_reach: dict[int, dict[Kind, int]] = {}
    for kind, number in counts.items():
        by_reach.setdefault(kind.hopes & alive, {})[kind] = number
    parts = sum(
        _at_most(part, rooms, reach) for reach, part in by_reach.items()
    )
    union = 0
    for reach in by_reach:
        union |= reach
    return min(parts, _at_most(counts, rooms, union))


def _at_most(
    counts: Mapping[Kind, int], rooms: Sequence[Room], reach: int
) -> int:
    everybody = sum(counts.values())
    able = _able(counts, rooms, reach)
    if not able:
        return 0
    number = _kept_apart(able, reach)
    needs: Counter[Need] = Counter()
    for kind, count in able.items():
        needs[kind.need] += count
    number = min(number, _smallest(needs, rooms, reach, number))
    for name in {name for wanted in needs for name, _ in wanted}:
        number = min(number, _by_class(name, needs, rooms, reach))
    return min(number, everybody)


def _able(
    counts: Mapping[Kind, int], rooms: Sequence[Room], reach: int
) -> dict[Kind, int]:
    """Return those that have a place as long as nobody else comes."""
    return {
        kind: number
        for kind, number in counts.items()
        if any(
            room.fits(rooms[host], kind.need)
            for host in bits(kind.hopes & reach)
        )
    }


def _kept_apart(counts: Mapping[Kind, int], reach: int) -> int:
    """Return how many there are, of a group no more than hosts have it."""
    number, groups, masks = 0, Counter[str](), dict[str, int]()
    limits = {}
    for kind, count in counts.items():
        if not kind.apart:
            number += count
            continue
        groups[kind.apart] += count
        masks[kind.apart] = masks.get(kind.apart, 0) | kind.hopes & reach
        limits[kind.apart] = kind.per_host
    for group, count in groups.items():
        number += min(count, masks[group].bit_count() * limits[group])
    return number


def _smallest(
    needs: Mapping[Need, int],
    rooms: Sequence[Room],
    reach: int,
    enough: int,
) -> int:
    """Return how many fit if each was as small as the smallest, by class."""
    common = set.intersection(*({n for n, _ in wanted} for wanted in needs))
    if not common:
        return enough
    least = {
        name: min(dict(wanted)[name] for wanted in needs) for name in common
    }
    number = 0
    for host in bits(reach):
        free = rooms[host]
        number += min(
            max(0, free[name].free) // amount if name in free else 0
            for name, amount in least.items()
        )
        if number >= enough:
            return enough
    return number


def _by_class(
    name: str, needs: Mapping[Need, int], rooms: Sequence[Room], reach: int
) -> int:
    """Return how many fit if only this class counted and hosts were one."""
    amounts = sorted(
        (dict(wanted).get(name, 0), count) for wanted, count in needs.items()
    )
    step = math.gcd(*(amount for amount, _ in amounts))
    most = sum(amount * count for amount, count in amounts)
    left = 0
    for host in bits(reach):
        slot = rooms[host].get(name)
        left += max(0, slot.free) // step * step if slot else 0
        if left >= most:
            return sum(needs.values())
    number = 0
    for amount, count in amounts:
        few = count if not amount else min(count, left // amount)
        number += few
        left -= few * amount
    return number
