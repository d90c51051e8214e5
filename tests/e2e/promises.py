# SPDX-License-Identifier: Apache-2.0
"""What must hold at the end of every test, from independent witnesses.

The witnesses are the journal of the hypervisors, nova's servers and nova's
migration records. What nova-ha itself says is not asked.
"""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import datetime
from typing import Any

from tests.e2e.world import Booted
from tests.lab import guests

Json = Mapping[str, Any]


def broken(
    instances: Sequence[Booted],
    journal: Iterable[guests.GuestEvent],
    servers: Iterable[Json],
    records: Sequence[Json],
    expected_records: Mapping[str, int],
) -> list[str]:
    """What is not as it must be; empty if all is well.

    :param expected_records: how many evacuation records each instance has.
    """
    ours = {each.uuid for each in instances}
    events = [event for event in journal if event.uuid in ours]
    running = [each.uuid for each in instances if each.running]
    return [
        *guests.problems(events, running),
        *_not_where_nova_says(instances, events, servers),
        *_asked_otherwise(instances, records, expected_records),
        *_asked_before_off(events, records),
    ]


def _not_where_nova_says(
    instances: Sequence[Booted],
    events: Sequence[guests.GuestEvent],
    servers: Iterable[Json],
) -> list[str]:
    found = []
    known = {server['id']: server for server in servers}
    where = guests.running(events)
    for each in instances:
        server = known.get(each.uuid)
        if server is None:
            found.append(f'{each.name} is gone from nova')
            continue
        if server['status'] != each.status:
            found.append(
                f'{each.name} was {each.status} and is {server["status"]}'
            )
        task = server['OS-EXT-STS:task_state']
        if task:
            found.append(f'{each.name} is stuck in {task}')
        host = server['OS-EXT-SRV-ATTR:host']
        runs = where.get(each.uuid, set())
        expected = {host} if each.running else set()
        if runs != expected:
            found.append(
                f'{each.name} is on {host} for nova and runs on '
                f'{sorted(runs) or "no host"}'
            )
    return found


def _asked_otherwise(
    instances: Sequence[Booted],
    records: Sequence[Json],
    expected: Mapping[str, int],
) -> list[str]:
    count = Counter(record['instance_uuid'] for record in records)
    return [
        f'{each.name} has {count[each.uuid]} evacuation records, not '
        f'{expected.get(each.uuid, 0)}'
        for each in instances
        if count[each.uuid] != expected.get(each.uuid, 0)
    ]


def _asked_before_off(
    events: Iterable[guests.GuestEvent], records: Iterable[Json]
) -> list[str]:
    """Evacuations asked for before the guest's host was switched off."""
    off: dict[tuple[str, str], float] = {}
    for event in events:
        if event.what == 'host-power-off':
            off.setdefault((event.uuid, event.host), event.time)
    found = []
    for record in records:
        at = off.get((record['instance_uuid'], record['source_compute']))
        # Nova tells whole seconds.
        if at is not None and _seconds(record['created_at']) + 1 < at:
            found.append(
                f'record {record["id"]} was made before '
                f'{record["source_compute"]} was off'
            )
    return found


def _seconds(text: str) -> float:
    at = datetime.datetime.fromisoformat(text)
    return at.replace(tzinfo=datetime.UTC).timestamp()
