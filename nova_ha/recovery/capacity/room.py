# SPDX-License-Identifier: Apache-2.0
"""How much room a host has, and what fits into it."""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import TypeAlias

from nova_ha.recovery.capacity.model import Inventory
from nova_ha.recovery.capacity.model import Provider

Need: TypeAlias = tuple[tuple[str, int], ...]
"""Resource classes and amounts, sorted, none of them 0."""


@dataclasses.dataclass(frozen=True, slots=True)
class Slot:
    """What is left of a resource class.

    :ivar free: may be negative: ratios and reservations change.
    """

    free: int
    min_unit: int = 1
    max_unit: int = 2**31 - 1
    step_size: int = 1

    def takes(self, amount: int) -> bool:
        """Whether Placement would give that much."""
        return (
            amount <= self.free
            and self.min_unit <= amount <= self.max_unit
            and amount % self.step_size == 0
        )


Room: TypeAlias = Mapping[str, Slot]


def need(amounts: Mapping[str, int]) -> Need:
    """Return the amounts as what an instance needs."""
    return tuple(sorted((k, v) for k, v in amounts.items() if v > 0))


def lacking(room: Room, wanted: Need) -> Sequence[str]:
    """Return the resource classes that do not suffice."""
    return [
        name
        for name, amount in wanted
        if name not in room or not room[name].takes(amount)
    ]


def fits(room: Room, wanted: Need) -> bool:
    """Whether all of it is there."""
    for name, amount in wanted:
        slot = room.get(name)
        if slot is None or not slot.takes(amount):
            return False
    return True


def take(room: Room, wanted: Need) -> Room:
    """Return what is left afterwards."""
    left = dict(room)
    for name, amount in wanted:
        left[name] = dataclasses.replace(
            left[name], free=left[name].free - amount
        )
    return left


def strict(tree: Iterable[Provider]) -> Room:
    """Return the room of a tree, none of which is only apparent.

    Of a class that several providers have, an instance gets all from one:
    the one with the most counts.
    """
    slots: dict[str, Slot] = {}
    for name, slot in _slots(tree):
        if name not in slots or slots[name].free < slot.free:
            slots[name] = slot
    return slots


def hopeful(tree: Iterable[Provider]) -> Room:
    """Return the room of a tree as if all of it could be used."""
    slots: dict[str, Slot] = {}
    for name, slot in _slots(tree):
        other = slots.get(name)
        slots[name] = _joined(other, slot) if other else slot
    return slots


def _joined(one: Slot, other: Slot) -> Slot:
    same = one.step_size == other.step_size
    return Slot(
        free=max(one.free, 0) + max(other.free, 0),
        min_unit=min(one.min_unit, other.min_unit),
        max_unit=max(one.max_unit, other.max_unit),
        step_size=one.step_size if same else 1,
    )


def _slots(tree: Iterable[Provider]) -> Iterable[tuple[str, Slot]]:
    for provider in tree:
        used: dict[str, int] = {}
        for amounts in provider.allocations.values():
            for name, amount in amounts.items():
                used[name] = used.get(name, 0) + amount
        for name, inventory in provider.inventories.items():
            yield name, _slot(inventory, used.get(name, 0))


def _slot(inventory: Inventory, used: int) -> Slot:
    return Slot(
        free=inventory.capacity - used,
        min_unit=inventory.min_unit,
        max_unit=inventory.max_unit,
        step_size=inventory.step_size,
    )
