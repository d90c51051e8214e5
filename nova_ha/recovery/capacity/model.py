# SPDX-License-Identifier: Apache-2.0
"""What nova and Placement say about the cloud, as plain data."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

from nova_ha.recovery.model import Aggregate
from nova_ha.recovery.model import ComputeService

STATUS_DISABLED = 'COMPUTE_STATUS_DISABLED'
"""Trait of a provider whose nova-compute is disabled."""

SHARES = 'MISC_SHARES_VIA_AGGREGATE'
"""Trait of a provider that others draw from, such as a storage pool."""


@dataclasses.dataclass(frozen=True, slots=True)
class Inventory:
    """What a provider has of one resource class.

    :ivar ratio: how many times it may be given away.
    :ivar min_unit: an instance takes no less,
    :ivar max_unit: no more,
    :ivar step_size: and only multiples of this.
    """

    total: int
    reserved: int = 0
    ratio: float = 1.0
    min_unit: int = 1
    max_unit: int = 2**31 - 1
    step_size: int = 1

    @property
    def capacity(self) -> int:
        """How much may be given away, as Placement reckons."""
        return int((self.total - self.reserved) * self.ratio)


@dataclasses.dataclass(frozen=True, slots=True)
class Provider:
    """A resource provider of Placement.

    :ivar root: uuid of the provider at the root of its tree.
    :ivar inventories: by resource class.
    :ivar allocations: by consumer and resource class; a consumer is an
        instance, or a migration that holds what its instance had before.
    :ivar traits: only those that were asked for.
    :ivar aggregates: uuids; only those that were asked for.
    """

    uuid: str
    name: str
    root: str
    inventories: Mapping[str, Inventory]
    allocations: Mapping[str, Mapping[str, int]]
    traits: frozenset[str] = frozenset()
    aggregates: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True, slots=True)
class Guest:
    """An instance, as far as finding it a place is concerned.

    :ivar zone: the availability zone that it must stay in; '' for none.
    :ivar zone_known: nova said so (2.96). Otherwise ``zone`` is where it
        is, and whether it was asked for is not known.
    :ivar flavor: resources by class, for one without allocations.
    """

    uuid: str
    name: str
    host: str
    vm_state: str
    project: str = ''
    zone: str = ''
    zone_known: bool = True
    flavor: Mapping[str, int] = dataclasses.field(default_factory=dict)
    extra_specs: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class ServerGroup:
    """A server group.

    :ivar policy: ``affinity``, ``anti-affinity`` or a soft one.
    :ivar members: uuids of instances.
    :ivar per_host: how many of an anti-affinity group a host may have.
    """

    uuid: str
    policy: str
    members: frozenset[str]
    per_host: int = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Census:
    """What nova says of all its hosts and instances.

    :ivar nodes: nova's host by the uuid of its provider in Placement.
    :ivar guests: those that are on a host and would need another.
    :ivar aggregates: host aggregates by uuid.
    """

    services: Sequence[ComputeService]
    nodes: Mapping[str, str]
    guests: Sequence[Guest]
    aggregates: Mapping[str, Aggregate] = dataclasses.field(
        default_factory=dict
    )
    groups: Sequence[ServerGroup] = ()
