# SPDX-License-Identifier: Apache-2.0
"""Placement's rows as values of the heart.

A row that lacks what is needed raises KeyError, TypeError or ValueError;
:mod:`.answers` translates.
"""

from collections.abc import Mapping
import dataclasses
from typing import Any

from nova_ha.recovery.capacity.model import Inventory
from nova_ha.recovery.capacity.model import Provider

Row = Mapping[str, Any]


def provider(row: Row) -> Provider:
    """Return a resource provider as it is listed, with nothing in it."""
    return Provider(
        uuid=str(row['uuid']),
        name=str(row['name']),
        root=str(row['root_provider_uuid']),
        inventories={},
        allocations={},
    )


def filled(bare: Provider, inventories: Row, allocations: Row) -> Provider:
    """Return it with what it has, and who takes how much."""
    return dataclasses.replace(
        bare,
        inventories={
            str(name): _inventory(found)
            for name, found in inventories['inventories'].items()
        },
        allocations={
            str(consumer): {
                str(name): int(amount)
                for name, amount in found['resources'].items()
            }
            for consumer, found in allocations['allocations'].items()
        },
    )


def labelled(
    found: Provider,
    traits: Mapping[str, frozenset[str]],
    aggregates: Mapping[str, frozenset[str]],
) -> Provider:
    """Return it with the traits and aggregates that it is listed under."""
    return dataclasses.replace(
        found,
        traits=frozenset(
            t for t, uuids in traits.items() if found.uuid in uuids
        ),
        aggregates=frozenset(
            a for a, uuids in aggregates.items() if found.uuid in uuids
        ),
    )


def _inventory(row: Row) -> Inventory:
    return Inventory(
        total=int(row['total']),
        reserved=int(row['reserved']),
        ratio=float(row['allocation_ratio']),
        min_unit=int(row['min_unit']),
        max_unit=int(row['max_unit']),
        step_size=int(row['step_size']),
    )
