# SPDX-License-Identifier: Apache-2.0
"""The proof that no guest ran twice at once, from the journal of the hosts.

Every host appends a line to one journal when a guest starts or stops running
on it. Reading it afterwards tells, whatever nova and the code under test
believe, where each guest ran and when.
"""

from collections import defaultdict
from collections.abc import Iterable
import dataclasses
import json
import pathlib


@dataclasses.dataclass(frozen=True)
class GuestEvent:
    """A guest started or stopped running on a host.

    :ivar time: seconds since the epoch.
    :ivar event: ``start`` or ``stop``.
    :ivar what: the reason: spawn, destroy, power-off, host-power-off, ...
    """

    time: float
    event: str
    what: str
    uuid: str
    host: str


def read_journal(path: pathlib.Path) -> list[GuestEvent]:
    """All events of a journal in the order of their times.

    A journal that does not exist yet has none.
    """
    if not path.exists():
        return []
    lines = path.read_text().splitlines()
    events = [GuestEvent(**json.loads(line)) for line in lines]
    return sorted(events, key=lambda event: event.time)


def running(events: Iterable[GuestEvent]) -> dict[str, set[str]]:
    """Where each guest runs at the end: {uuid: hosts}, none if nowhere."""
    hosts: dict[str, set[str]] = defaultdict(set)
    for event in events:
        if event.event == 'start':
            hosts[event.uuid].add(event.host)
        else:
            hosts[event.uuid].discard(event.host)
    return {uuid: where for uuid, where in hosts.items() if where}


def problems(
    events: Iterable[GuestEvent], expected: Iterable[str] = ()
) -> list[str]:
    """What the journal shows that must never be; empty if all is well.

    :param events: in the order of their times.
    :param expected: instances that must run, somewhere, at the end.
    """
    events = list(events)
    found = []
    hosts: dict[str, set[str]] = defaultdict(set)
    for event in events:
        where = hosts[event.uuid]
        if event.event == 'stop':
            where.discard(event.host)
            continue
        others = where - {event.host}
        if others:
            found.append(
                f'guest {event.uuid} was started on {event.host} '
                f'({event.what}) at {event.time:.3f} while it ran on '
                f'{", ".join(sorted(others))}'
            )
        where.add(event.host)
    found.extend(
        f'guest {uuid} is lost: it runs nowhere'
        for uuid in expected
        if not hosts.get(uuid)
    )
    return found
