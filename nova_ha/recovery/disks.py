# SPDX-License-Identifier: Apache-2.0
"""What is done about an instance with a local disk, decided beforehand.

An evacuation lets nova-compute of the old host, at its next start, destroy
the disk that is there. So whatever makes a snapshot useless is found out
before nova is asked, and then the instance is left where its disk is.
"""

from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses
import datetime

from nova_ha.recovery.model import Decision
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import Snapshot
from nova_ha.recovery.states import DiskPolicy
from nova_ha.recovery.states import EvacuationState

GIB = 1024**3

NAMED = 3
"""How many instances a message names before it only counts."""

ACTIVE = 'active'
"""Glance's status of an image whose data is there and may be read."""


@dataclasses.dataclass(frozen=True, slots=True)
class Now:
    """What a policy comes to at a moment.

    :ivar policy: None where there is no local disk.
    :ivar until: the end of the waiting; None when nothing is waited for.
    """

    policy: DiskPolicy | None
    until: datetime.datetime | None = None


def at(
    decision: Decision, since: datetime.datetime, now: datetime.datetime
) -> Now:
    """Return what is done now.

    :param since: when the present incident began.
    """
    if decision.disk is not DiskPolicy.WAIT:
        return Now(decision.disk)
    until = since + (decision.wait or datetime.timedelta())
    if now < until:
        return Now(DiskPolicy.WAIT, until)
    if decision.then in (None, DiskPolicy.WAIT):
        return Now(DiskPolicy.LEAVE)
    return Now(decision.then)


def why_left(decided: Now, then: DiskPolicy | None) -> str:
    """Return why it stays where its disk is; '' if it does not."""
    if decided.policy is DiskPolicy.LEAVE:
        return 'left on its host: its disk is there, and the policy is leave'
    if decided.policy is DiskPolicy.WAIT and decided.until is not None:
        after = (then or DiskPolicy.LEAVE).value
        until = decided.until.strftime('%Y-%m-%d %H:%M:%S')
        return f'waits for its host until {until} UTC, then: {after}'
    return ''


def is_to_be_chosen(row: Evacuation) -> bool:
    """Whether its snapshot must be found before nova may be asked."""
    return (
        row.state is EvacuationState.PENDING
        and row.disk is DiskPolicy.SNAPSHOT
        and row.snapshot is None
    )


def stranded(rows: Iterable[Evacuation]) -> str:
    """Say which are left behind though their snapshots were wanted."""
    names = sorted(
        row.name
        for row in rows
        if row.state is EvacuationState.SKIPPED
        and row.disk is DiskPolicy.SNAPSHOT
        and row.snapshot is None
    )
    if not names:
        return ''
    more = f' and {len(names) - NAMED} more' if names[NAMED:] else ''
    return (
        f'left on the host, since no snapshot of them can be put back: '
        f'{", ".join(names[:NAMED])}{more}'
    )


def waited_enough(
    rows: Iterable[Evacuation], now: datetime.datetime
) -> Sequence[Evacuation]:
    """Return the rows whose host has been waited for until now."""
    return [
        row
        for row in rows
        if row.state is EvacuationState.SKIPPED
        and row.disk is DiskPolicy.WAIT
        and row.not_before is not None
        and row.not_before <= now
    ]


def unusable(
    newest: Snapshot | None,
    instance: Instance,
    max_age: float | None,
    now: datetime.datetime,
) -> str:
    """Return why no snapshot can be put back; '' when this one can.

    :param newest: the newest active one, else the newest of all.
    :param max_age: seconds; None: any age will do.
    """
    if instance.image is None:
        return (
            'its root disk is a volume, so nova puts no snapshot on its '
            'other disks'
        )
    if newest is None:
        return 'glance has no snapshot or backup of it'
    named = f'its newest {newest.image_type} {newest.uuid}'
    if newest.status != ACTIVE:
        return f'{named} is {newest.status} in glance, and none is active'
    age = (now - newest.created_at).total_seconds()
    if max_age is not None and age > max_age:
        return f'{named} is {span(age)} old, and {span(max_age)} are allowed'
    too_big = _too_big(newest, instance)
    return f'{named} {too_big}' if too_big else ''


def _too_big(snapshot: Snapshot, instance: Instance) -> str:
    """Return what nova would refuse to rebuild the instance for."""
    if snapshot.min_ram > instance.ram_mb:
        return (
            f'needs {snapshot.min_ram} MiB of memory, and its flavor '
            f'{instance.flavor} has {instance.ram_mb}'
        )
    if not instance.root_gb:
        return ''
    size = max(snapshot.min_disk * GIB, snapshot.size or 0)
    if size > instance.root_gb * GIB:
        return (
            f'needs {size / GIB:.1f} GiB of disk, and its flavor '
            f'{instance.flavor} has {instance.root_gb}'
        )
    return ''


def span(seconds: float) -> str:
    """Return a length of time in words: 3 d 4 h, 2 h 5 min, 41 s."""
    whole = max(0, int(seconds))
    units = (('d', 86400), ('h', 3600), ('min', 60), ('s', 1))
    for position, (name, size) in enumerate(units):
        if whole < size:
            continue
        text = f'{whole // size} {name}'
        rest = whole % size
        if position + 1 < len(units):
            smaller, in_seconds = units[position + 1]
            if rest >= in_seconds > 1:
                text += f' {rest // in_seconds} {smaller}'
        return text
    return '0 s'
