# SPDX-License-Identifier: Apache-2.0
"""Which hosts an instance may be evacuated to, room left aside.

Every question has a strict answer, for the places found for sure, and a
hopeful one, for how many there can be at most. They differ where nova's own
configuration, which its API does not show, decides whether a rule holds.

Source: nova's request filters and scheduler filters, release 34.
"""

from collections.abc import Mapping
import dataclasses

from nova_ha.recovery.capacity.model import Guest
from nova_ha.recovery.model import Aggregate

SCOPE = 'aggregate_instance_extra_specs:'
"""Extra specs that AggregateInstanceExtraSpecsFilter compares."""

TENANT = 'filter_tenant_id'
TRAIT = 'trait'


@dataclasses.dataclass(frozen=True, slots=True)
class Terms:
    """What an instance asks of a host; equal for many instances.

    :ivar scoped: keys and values that the host's aggregates must have.
    """

    project: str
    cell: str
    zone: str
    zone_known: bool
    required: frozenset[str]
    forbidden: frozenset[str]
    scoped: frozenset[tuple[str, str]]


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """What a host has to offer beside room.

    :ivar traits: of the root of its tree; ``tree_traits``: of all of it.
    :ivar aggregates: by uuid, as Placement has them.
    :ivar spare: a reserved host, which is enabled when another fails.
    """

    name: str
    up: bool
    enabled: bool
    cell: str = ''
    spare: bool = False
    traits: frozenset[str] = frozenset()
    tree_traits: frozenset[str] = frozenset()
    aggregates: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True, slots=True)
class Rules:
    """What host aggregates say.

    :ivar zones: uuids of the aggregates that are the availability zone.
    :ivar tenants: uuids of the aggregates that are kept for a project.
    :ivar isolating: traits without which none may enter the aggregate.
    :ivar metadata: keys and values by uuid.
    """

    zones: Mapping[str, frozenset[str]]
    tenants: Mapping[str, frozenset[str]]
    isolating: Mapping[str, frozenset[str]]
    metadata: Mapping[str, frozenset[tuple[str, str]]]


def traits_of(specs: Mapping[str, str], value: str) -> frozenset[str]:
    """Return the traits that extra specs or metadata say ``value`` of.

    ``trait:X`` and, of a numbered group, ``trait1:X``.
    """
    return frozenset(
        key.partition(':')[2]
        for key, said in specs.items()
        if said == value and key.startswith(TRAIT) and ':' in key
    )


def terms(guest: Guest, cell: str) -> Terms:
    """Return what the instance asks for."""
    return Terms(
        project=guest.project,
        cell=cell,
        zone=guest.zone,
        zone_known=guest.zone_known,
        required=traits_of(guest.extra_specs, 'required'),
        forbidden=traits_of(guest.extra_specs, 'forbidden'),
        scoped=frozenset(
            (key.removeprefix(SCOPE), value)
            for key, value in guest.extra_specs.items()
            if key.startswith(SCOPE)
        ),
    )


def rules(aggregates: Mapping[str, Aggregate]) -> Rules:
    """Return what the aggregates say, by their uuids."""
    zones: dict[str, set[str]] = {}
    tenants: dict[str, set[str]] = {}
    for uuid, aggregate in aggregates.items():
        if aggregate.availability_zone:
            zones.setdefault(aggregate.availability_zone, set()).add(uuid)
        for key, value in aggregate.metadata.items():
            for project in value.split(',') if key.startswith(TENANT) else ():
                tenants.setdefault(project.strip(), set()).add(uuid)
    return Rules(
        zones={name: frozenset(uuids) for name, uuids in zones.items()},
        tenants={name: frozenset(uuids) for name, uuids in tenants.items()},
        isolating={
            uuid: traits
            for uuid, aggregate in aggregates.items()
            if (traits := traits_of(aggregate.metadata, 'required'))
        },
        metadata={
            uuid: frozenset(aggregate.metadata.items())
            for uuid, aggregate in aggregates.items()
        },
    )


def refusal(
    asked: Terms, host: Standing, known: Rules, strict: bool
) -> str | None:
    """Return why the host will not do, to follow "3 hosts"; None if it will.

    :param strict: answer so that no place is promised that is not there.
    """
    return (
        _state(asked, host)
        or _zone(asked, host, known, strict)
        or _traits(asked, host, strict)
        or (_isolation(asked, host, known) if strict else None)
    )


def _state(asked: Terms, host: Standing) -> str | None:
    if not host.up:
        return 'down'
    if not (host.enabled or host.spare):
        return 'disabled'
    return 'in another cell' if host.cell != asked.cell else None


def _traits(asked: Terms, host: Standing, strict: bool) -> str | None:
    """A trait may be on any provider of the tree that gives resources."""
    missing = asked.required - (host.traits if strict else host.tree_traits)
    if missing:
        return f'without trait {", ".join(sorted(missing))}'
    unwanted = asked.forbidden & (host.tree_traits if strict else host.traits)
    if unwanted:
        return f'with trait {", ".join(sorted(unwanted))}'
    return None


def _zone(
    asked: Terms, host: Standing, known: Rules, strict: bool
) -> str | None:
    if _in_zone(asked, host, known, strict):
        return None
    return f'not in zone {asked.zone}'


def _in_zone(asked: Terms, host: Standing, known: Rules, strict: bool) -> bool:
    zone = known.zones.get(asked.zone)
    if zone is None or host.aggregates & zone:
        return True
    if not asked.zone_known and not strict:
        return True
    # A spare in no zone is added to the failed host's when it is taken.
    zones = frozenset().union(*known.zones.values())
    return host.spare and not host.aggregates & zones


def _isolation(asked: Terms, host: Standing, known: Rules) -> str | None:
    """Return what may keep it away, if nova is configured so."""
    mine = known.tenants.get(asked.project, frozenset())
    if mine and not host.aggregates & mine:
        return "not in the project's aggregates"
    kept = frozenset().union(*known.tenants.values()) - mine
    if host.aggregates & kept:
        return 'kept for other projects'
    for uuid in host.aggregates & known.isolating.keys():
        if not known.isolating[uuid] <= asked.required:
            return 'in an aggregate for instances with other traits'
    has = frozenset().union(
        *(known.metadata.get(uuid, ()) for uuid in host.aggregates)
    )
    if not asked.scoped <= has:
        return "without the aggregate metadata of the flavor's extra specs"
    return None
