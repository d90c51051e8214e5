# SPDX-License-Identifier: Apache-2.0
"""The worst hosts to lose, and how many of them can be."""

from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses
import itertools
import math

from nova_ha.recovery.capacity import outlook
from nova_ha.recovery.capacity.bounds import Others
from nova_ha.recovery.capacity.cloud import Cloud
from nova_ha.recovery.capacity.outlook import Fitting
from nova_ha.recovery.capacity.outlook import Outlook
from nova_ha.recovery.capacity.room import Need

EXACT = 5000
"""So many choices of hosts are all tried; of more, the worst is guessed."""

Progress = Callable[[str], None]


@dataclasses.dataclass(frozen=True, slots=True)
class Worst:
    """So many hosts failing together, the worst choice of them.

    :ivar outlook: what would come of it.
    :ivar method: how it was found: ``every choice``, or ``greedy``, which
        may miss a worse one.
    :ivar verdict: whether any choice can be borne: ``yes``, ``perhaps`` or
        ``no``. A ``yes`` is proved for every choice, also where the worst
        was found greedily.
    """

    number: int
    outlook: Outlook
    method: str
    verdict: str


@dataclasses.dataclass(frozen=True, slots=True)
class Survey:
    """What there is to say.

    :ivar hosts: each host with its instances, by name.
    :ivar worst: by number, from 1.
    :ivar bears: the cloud bears the loss of any so many hosts.
    """

    hosts: Sequence[Outlook]
    worst: Sequence[Worst]
    notes: Sequence[str]

    @property
    def bears(self) -> int:
        """Return how many hosts may fail, whichever they are, for sure."""
        good = itertools.takewhile(lambda w: w.verdict == 'yes', self.worst)
        return sum(1 for _ in good)


def survey(
    cloud: Cloud,
    upto: int,
    progress: Progress = lambda _text: None,
) -> Survey:
    """Look at every host, and at the worst 1, 2 ... ``upto`` together."""
    fitting = Fitting(cloud)
    everyone = _candidates(cloud)
    singles = []
    for done, number in enumerate(everyone, 1):
        singles.append(outlook.look(cloud, fitting, (number,)))
        progress(f'{done} of {len(everyone)} hosts')
    worst = [
        _worst(cloud, fitting, everyone, number, progress)
        for number in range(1, min(upto, len(everyone)) + 1)
    ]
    return Survey(
        hosts=sorted(singles, key=lambda one: tuple(one.hosts)),
        worst=worst,
        notes=cloud.notes,
    )


def _candidates(cloud: Cloud) -> Sequence[int]:
    """Return the hosts that can fail: they are up, or have instances."""
    return [
        number
        for number, standing in enumerate(cloud.standings)
        if standing.up or cloud.movers[number]
    ]


def _worst(
    cloud: Cloud,
    fitting: Fitting,
    everyone: Sequence[int],
    number: int,
    progress: Progress,
) -> Worst:
    exact = math.comb(len(everyone), number) <= EXACT
    choices: Iterator[tuple[int, ...]]
    if exact:
        choices = itertools.combinations(everyone, number)
        failed = min(choices, key=_badness(cloud, fitting, number, progress))
    else:
        failed = _greedy(cloud, fitting, everyone, number, progress)
    found = outlook.look(cloud, fitting, failed)
    verdict = found.verdict
    if verdict == 'yes' and not exact:
        proved = _proved(cloud, fitting, everyone, number)
        verdict = 'yes' if proved else 'perhaps'
    return Worst(number, found, 'every choice' if exact else 'greedy', verdict)


def _greedy(
    cloud: Cloud,
    fitting: Fitting,
    everyone: Sequence[int],
    number: int,
    progress: Progress,
) -> tuple[int, ...]:
    """Begin with the worst host, and add the one that makes it worst."""
    failed: tuple[int, ...] = ()
    for size in range(1, number + 1):
        choices = [(*failed, more) for more in everyone if more not in failed]
        failed = min(choices, key=_badness(cloud, fitting, size, progress))
    return failed


def _badness(
    cloud: Cloud, fitting: Fitting, number: int, progress: Progress
) -> Callable[[Sequence[int]], tuple[int, int, int]]:
    """Return a key: the fewer certainties, places and the more instances."""
    tried = itertools.count(1)

    def key(failed: Sequence[int]) -> tuple[int, int, int]:
        progress(f'{next(tried)} choices of {number} hosts')
        everybody, sure, at_most = outlook.figures(cloud, fitting, failed)
        return at_most - everybody, sure - everybody, -everybody

    return key


def _proved(
    cloud: Cloud, fitting: Fitting, everyone: Sequence[int], number: int
) -> bool:
    """Whether any choice of so many hosts can be borne, without trying all.

    No choice needs more than the hosts that need the most, class by class;
    and none takes away more than the best hosts of each instance.
    """
    needs: Counter[Need] = Counter()
    for host in everyone:
        own = Counter(mover.kind.need for mover in cloud.movers[host])
        for wanted, count in own.items():
            needs[wanted] = max(needs[wanted], count)
    most = sorted((len(cloud.movers[h]) for h in everyone), reverse=True)
    others = _Heaviest(
        kinds={wanted: count * number for wanted, count in needs.items()},
        lost=number,
        ceiling=_heaviest(cloud, everyone, number),
        crowd=max(0, sum(most[:number]) - 1),
    )
    kinds = {m.kind for host in everyone for m in cloud.movers[host]}
    members = Counter(
        m.kind.apart for host in everyone for m in cloud.movers[host]
    )
    for kind in kinds:
        rivals = members[kind.apart] - 1 if kind.apart else 0
        hosts = kind.reach & fitting.mask(kind.need)
        against = dataclasses.replace(
            others,
            rivals=min(rivals, others.crowd),
            ceiling=others.ceiling - Counter(dict(kind.need)),
        )
        by = outlook.blockers(cloud, kind, hosts, number, against)
        if by <= others.crowd:
            return False
    return True


@dataclasses.dataclass(frozen=True, slots=True)
class _Heaviest(Others):
    """Stands for the instances of any choice of hosts.

    :ivar ceiling: what those of no choice exceed, by class.
    :ivar crowd: nor do they exceed this number.
    """

    ceiling: Counter[str] = dataclasses.field(default_factory=Counter)
    crowd: int = 0

    @property
    def number(self) -> int:
        """How many there are."""
        return self.crowd

    def total(self) -> Counter[str]:
        """Return what all of them need."""
        return self.ceiling


def _heaviest(
    cloud: Cloud, everyone: Sequence[int], number: int
) -> Counter[str]:
    """Return what the instances of so many hosts need at most, by class."""
    by_class: dict[str, list[int]] = {}
    for host in everyone:
        own: Counter[str] = Counter()
        for mover in cloud.movers[host]:
            own.update(dict(mover.kind.need))
        for name, amount in own.items():
            by_class.setdefault(name, []).append(amount)
    return Counter(
        {
            name: sum(sorted(amounts, reverse=True)[:number])
            for name, amounts in by_class.items()
        }
    )
