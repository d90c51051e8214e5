# SPDX-License-Identifier: Apache-2.0
"""Host aggregates as nova 34 guards them."""

import dataclasses

from nova_ha.recovery import errors
from nova_ha.recovery.model import Aggregate
from tests.simulator.ledger import Ledger

CONFLICT = 409


class Aggregates(list[Aggregate]):
    """Every host aggregate; tests put theirs in.

    :ivar ours: memberships that nova-ha has made; all others are people's.
    """

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self._ledger = ledger
        self.ours: set[tuple[int, str]] = set()

    def make(self, number: int, name: str, *hosts: str, zone: str = '') -> int:
        self.append(Aggregate(number, name, zone, frozenset(hosts)))
        return number

    def of(self, host: str) -> set[str]:
        """Return the names of the aggregates that the host is in."""
        return {a.name for a in self if host in a.hosts}

    def add(self, number: int, host: str, busy: bool) -> None:
        """nova-ha adds the host.

        :param busy: it has instances.
        """
        self._put_in(number, host, busy)
        self.ours.add((number, host))

    def remove(self, number: int, host: str, busy: bool) -> None:
        """nova-ha removes the host."""
        place = self._place(number)
        group = self[place]
        if host not in group.hosts:
            raise errors.ComputeNotFound('Cannot remove host')
        if busy and group.availability_zone:
            raise errors.ComputeRefused('instances would move', CONFLICT)
        if (number, host) not in self.ours:
            self._ledger.break_promise(
                4, f'{host} is removed from {group.name}, not put in by us'
            )
        self._set(place, group.hosts - {host})
        self.ours.discard((number, host))

    def operator_adds(self, number: int, host: str, busy: bool) -> None:
        self._put_in(number, host, busy)

    def operator_removes(self, number: int, host: str) -> None:
        place = self._place(number)
        self._set(place, self[place].hosts - {host})
        self.ours.discard((number, host))

    def _put_in(self, number: int, host: str, busy: bool) -> None:
        place = self._place(number)
        group = self[place]
        if host in group.hosts:
            raise errors.ComputeRefused('already in', CONFLICT)
        if group.availability_zone:
            zones = {a.availability_zone for a in self if host in a.hosts}
            if zones - {'', group.availability_zone}:
                raise errors.ComputeRefused('in another zone', CONFLICT)
            if busy and group.availability_zone not in zones:
                raise errors.ComputeRefused('instances would move', CONFLICT)
        self._set(place, group.hosts | {host})

    def _place(self, number: int) -> int:
        for place, group in enumerate(self):
            if group.id == number:
                return place
        raise errors.ComputeNotFound(f'no aggregate {number}')

    def _set(self, place: int, hosts: frozenset[str]) -> None:
        self[place] = dataclasses.replace(self[place], hosts=hosts)
