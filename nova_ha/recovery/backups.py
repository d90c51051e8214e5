# SPDX-License-Identifier: Apache-2.0
"""Which instances are backed up now, pure."""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import datetime

from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import Snapshot

POSSIBLE = frozenset({'active', 'stopped', 'paused', 'suspended'})
"""States in which nova makes a backup."""


def is_concerned(instance: Instance, tag: str) -> bool:
    """Whether it is to be backed up at all.

    One made from a volume cannot be: nova refuses.
    """
    return (
        tag in instance.tags
        and instance.local_gb > 0
        and instance.image is not None
    )


def is_under_way(instance: Instance) -> bool:
    """Whether an image of it is being made (image_snapshot and others)."""
    task = instance.task_state or ''
    return task.startswith('image_')


def overdue(
    instance: Instance,
    newest: Snapshot | None,
    interval: float,
    now: datetime.datetime,
) -> float:
    """Return for how many seconds it is overdue; below 0: it is not.

    One without any is overdue for ever.
    """
    if instance.vm_state not in POSSIBLE or instance.task_state is not None:
        return -1.0
    if newest is None:
        return float('inf')
    return (now - newest.created_at).total_seconds() - interval


def next_ones(
    instances: Iterable[Instance],
    newest: Mapping[str, Snapshot],
    interval: float,
    at_once: int,
    now: datetime.datetime,
) -> Sequence[Instance]:
    """Return the instances to ask for now, the most overdue first."""
    known = list(instances)
    free = max(0, at_once - sum(map(is_under_way, known)))
    late = {
        i.uuid: overdue(i, newest.get(i.uuid), interval, now) for i in known
    }
    due = [i for i in known if late[i.uuid] >= 0]
    due.sort(key=lambda i: (-late[i.uuid], i.uuid))
    return due[:free]


def is_late(
    newest: Snapshot | None, limit: float, now: datetime.datetime
) -> bool:
    """Whether its newest good one is older than so many seconds."""
    if newest is None:
        return True
    return (now - newest.created_at).total_seconds() > limit
