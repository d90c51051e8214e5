# SPDX-License-Identifier: Apache-2.0
"""The cloud, put together from what nova and Placement say."""

from collections import Counter
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

from nova_ha.recovery.capacity import model
from nova_ha.recovery.capacity import reach
from nova_ha.recovery.capacity import room
from nova_ha.recovery.capacity.bounds import Kind
from nova_ha.recovery.capacity.model import Census
from nova_ha.recovery.capacity.model import Guest
from nova_ha.recovery.capacity.model import Provider
from nova_ha.recovery.capacity.reach import Rules
from nova_ha.recovery.capacity.reach import Standing
from nova_ha.recovery.capacity.reach import Terms
from nova_ha.recovery.capacity.room import Room

CHIEF = 'MEMORY_MB'
"""By this nova's default weigher tells hosts with much room from others."""

UNKNOWN = (
    'not considered, since Placement does not know it: NUMA and huge pages, '
    'PCI devices unless they are in Placement, traits that images require, '
    "quotas, and what nova's other filters say"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Mover:
    """An instance that would need another host.

    :ivar group: why its server group leaves hosts out; '' where none does.
    """

    guest: Guest
    kind: Kind
    terms: Terms
    group: str = ''


@dataclasses.dataclass(frozen=True, slots=True)
class Cloud:
    """Hosts by their number, those with the most memory first.

    :ivar rooms: strict; ``hopes``: hopeful ones.
    :ivar movers: by the number of the host that they are on.
    :ivar notes: what was not considered, in words.
    """

    standings: Sequence[Standing]
    rooms: Sequence[Room]
    hopes: Sequence[Room]
    movers: Sequence[Sequence[Mover]]
    rules: Rules
    notes: Sequence[str] = ()

    @property
    def everywhere(self) -> int:
        """All hosts, as a mask."""
        return (1 << len(self.standings)) - 1

    @property
    def spares(self) -> int:
        """The spares, as a mask."""
        return sum(
            1 << number
            for number, standing in enumerate(self.standings)
            if standing.spare
        )

    def number(self, host: str) -> int | None:
        """Return the number of the host of this name; None if unknown."""
        for number, standing in enumerate(self.standings):
            if standing.name == host:
                return number
        return None


def build(
    census: Census,
    providers: Sequence[Provider],
    spares: Collection[str] = (),
    cells: Mapping[str, str] | None = None,
) -> Cloud:
    """Put it together.

    :param spares: reserved hosts; those that are disabled and empty count
        as room, one for each host that fails.
    :param cells: the cell of each host; one for all of them if not given.
    """
    trees = _trees(census, providers)
    empty = frozenset(spares) - {guest.host for guest in census.guests}
    cell_of = cells or {}
    standings = [
        _standing(
            service.host,
            service.up,
            not service.disabled,
            cell_of.get(service.host, ''),
            service.disabled and service.host in empty,
            trees.get(service.host, ()),
        )
        for service in census.services
    ]
    strict = {host: room.strict(tree) for host, tree in trees.items()}
    standings.sort(key=lambda s: (-_chief(strict.get(s.name, {})), s.name))
    names = [standing.name for standing in standings]
    known = reach.rules(census.aggregates)
    movers = _Movers(census, trees, standings, known)
    return Cloud(
        standings=standings,
        rooms=[strict.get(name, {}) for name in names],
        hopes=[room.hopeful(trees.get(name, ())) for name in names],
        movers=movers.by_host(),
        rules=known,
        notes=_notes(census, providers, trees, cells),
    )


def _trees(
    census: Census, providers: Sequence[Provider]
) -> dict[str, Sequence[Provider]]:
    """Return the providers of each host; of none with several nodes.

    Such a host (ironic) is a crowd of machines, and no instance of it is
    evacuated to another.
    """
    nodes = Counter(census.nodes.values())
    trees: dict[str, list[Provider]] = {}
    for provider in providers:
        host = census.nodes.get(provider.root)
        if host is not None and nodes[host] == 1:
            trees.setdefault(host, []).append(provider)
    return dict(trees)


def _chief(free: Room) -> int:
    return free[CHIEF].free if CHIEF in free else 0


def _standing(
    host: str,
    up: bool,
    enabled: bool,
    cell: str,
    spare: bool,
    tree: Sequence[Provider],
) -> Standing:
    traits = frozenset[str]().union(*(p.traits for p in tree))
    roots = [p for p in tree if p.uuid == p.root]
    root_traits = frozenset[str]().union(*(p.traits for p in roots))
    return Standing(
        name=host,
        up=up,
        enabled=enabled and model.STATUS_DISABLED not in root_traits,
        cell=cell,
        spare=spare,
        traits=root_traits,
        tree_traits=traits,
        aggregates=frozenset[str]().union(*(p.aggregates for p in roots)),
    )


class _Movers:
    """Works out who needs what, and may go where.

    Thousands of instances ask for the same: each question is answered once.
    """

    def __init__(
        self,
        census: Census,
        trees: Mapping[str, Sequence[Provider]],
        standings: Sequence[Standing],
        known: Rules,
    ) -> None:
        self._census = census
        self._standings = standings
        self._rules = known
        self._numbers = {s.name: n for n, s in enumerate(standings)}
        self._taken = _taken(trees)
        self._hosts = {g.uuid: g.host for g in census.guests}
        self._groups = {
            uuid: group
            for group in census.groups
            if group.policy in {'affinity', 'anti-affinity'}
            for uuid in group.members
        }
        self._masks: dict[tuple[Terms, bool], int] = {}

    def by_host(self) -> Sequence[Sequence[Mover]]:
        """Return those of each host, by its number, in nova's order."""
        found: list[list[Mover]] = [[] for _ in self._standings]
        for guest in self._census.guests:
            number = self._numbers.get(guest.host)
            if number is not None:
                found[number].append(self._mover(guest, number))
        return found

    def _mover(self, guest: Guest, number: int) -> Mover:
        terms = reach.terms(guest, self._standings[number].cell)
        allowed, why = self._by_group(guest)
        group = self._groups.get(guest.uuid)
        apart = group is not None and group.policy == 'anti-affinity'
        taken = self._taken.get((guest.host, guest.uuid))
        kind = Kind(
            need=room.need(taken or guest.flavor),
            reach=self._mask(terms, True) & allowed,
            hopes=self._mask(terms, False) & allowed,
            apart=group.uuid if group and apart else '',
            per_host=group.per_host if group and apart else 1,
        )
        return Mover(guest, kind, terms, why)

    def _mask(self, terms: Terms, strict: bool) -> int:
        key = (terms, strict)
        if key not in self._masks:
            self._masks[key] = sum(
                1 << number
                for number, standing in enumerate(self._standings)
                if reach.refusal(terms, standing, self._rules, strict) is None
            )
        return self._masks[key]

    def _by_group(self, guest: Guest) -> tuple[int, str]:
        """Return the hosts that its server group leaves, and why others not.

        Nova counts the dead host among those of a strict-affinity group,
        and its filter wants one of them: a group whose members were all on
        one host goes nowhere, not even a group of one.
        """
        everywhere = (1 << len(self._standings)) - 1
        group = self._groups.get(guest.uuid)
        if group is None:
            return everywhere, ''
        there = Counter(
            self._numbers[host]
            for uuid in group.members
            if (host := self._hosts.get(uuid)) in self._numbers
            and host != guest.host
        )
        if group.policy == 'affinity':
            allowed = sum(1 << number for number in there)
            return (
                allowed,
                f'without the others of affinity group {group.uuid}',
            )
        full = [n for n, count in there.items() if count >= group.per_host]
        allowed = everywhere & ~sum(1 << number for number in full)
        return allowed, f'with others of anti-affinity group {group.uuid}'


def _taken(
    trees: Mapping[str, Iterable[Provider]],
) -> dict[tuple[str, str], Counter[str]]:
    """Return what each consumer has of each host."""
    sums: dict[tuple[str, str], Counter[str]] = {}
    for host, tree in trees.items():
        for provider in tree:
            for consumer, amounts in provider.allocations.items():
                sums.setdefault((host, consumer), Counter()).update(amounts)
    return sums


def _notes(
    census: Census,
    providers: Sequence[Provider],
    trees: Mapping[str, Sequence[Provider]],
    cells: Mapping[str, str] | None,
) -> Sequence[str]:
    notes = [UNKNOWN]
    if cells is None:
        notes.append(
            'all hosts are taken to be in one cell: nova does not show its '
            'cells; if there are more, give --cells'
        )
    if any(not guest.zone_known for guest in census.guests):
        notes.append(
            'nova is older than 2.96 and does not show which instances must '
            'stay in their availability zone: "sure" takes it that all must, '
            '"at most" that none must'
        )
    shared = [p.name for p in providers if model.SHARES in p.traits]
    if shared:
        notes.append(
            'not considered: what instances take from shared providers '
            f'({", ".join(sorted(shared))}); an evacuation takes it once more'
        )
    without = {s.host for s in census.services} - trees.keys()
    if without:
        notes.append(
            'not counted, since they have none or several resource '
            f'providers: {", ".join(sorted(without))}'
        )
    return notes
