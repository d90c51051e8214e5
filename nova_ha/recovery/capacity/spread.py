# SPDX-License-Identifier: Apache-2.0
"""Places as nova would give them by default: spread over the hosts.

Each instance goes to the host with the most free memory of those that will
do. Nova weighs free processors and disk too, and much else if configured,
so this is one likely outcome of many.
"""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

from nova_ha.recovery.capacity import bounds
from nova_ha.recovery.capacity import room
from nova_ha.recovery.capacity.bounds import Kind
from nova_ha.recovery.capacity.cloud import CHIEF
from nova_ha.recovery.capacity.cloud import Cloud
from nova_ha.recovery.capacity.cloud import Mover
from nova_ha.recovery.capacity.room import Room


class Spread:
    """Gives places away.

    :param alive: the hosts that are left, as a mask.
    """

    def __init__(self, cloud: Cloud, alive: int) -> None:
        self._alive = alive
        self._rooms: list[Room] = list(cloud.rooms)
        self._apart: dict[str, dict[int, int]] = {}

    def place(self, movers: Iterable[Mover]) -> Sequence[Mover]:
        """Place them one after the other; return those left over."""
        return [mover for mover in movers if not self._place(mover.kind)]

    def lacking(self, kind: Kind, host: int) -> Sequence[str]:
        """Return the resource classes that the host has too little of."""
        return room.lacking(self._rooms[host], kind.need)

    def _place(self, kind: Kind) -> bool:
        able = [
            host
            for host in bounds.bits(kind.reach & self._alive)
            if room.fits(self._rooms[host], kind.need)
            and self._members(kind).get(host, 0) < kind.per_host
        ]
        if not able:
            return False
        best = max(able, key=self._free)
        self._rooms[best] = room.take(self._rooms[best], kind.need)
        if kind.apart:
            members = self._apart.setdefault(kind.apart, {})
            members[best] = members.get(best, 0) + 1
        return True

    def _members(self, kind: Kind) -> Mapping[int, int]:
        return self._apart.get(kind.apart, {}) if kind.apart else {}

    def _free(self, host: int) -> int:
        slot = self._rooms[host].get(CHIEF)
        return slot.free if slot else 0
