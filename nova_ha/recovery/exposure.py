# SPDX-License-Identifier: Apache-2.0
"""What would be lost with a host, said before anything fails; pure."""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime

from nova_ha.recovery import disks
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import Snapshot


@dataclasses.dataclass(frozen=True, slots=True)
class Exposure:
    """An instance with a local disk, and what there is to put back.

    :ivar age: seconds of the newest snapshot that can be put back, which is
        what would be lost; None where everything would.
    :ivar problem: why nothing can be put back; '' when something can.
    """

    instance: Instance
    snapshot: Snapshot | None
    age: float | None
    problem: str


def of(
    instances: Iterable[Instance],
    newest: Mapping[str, Snapshot],
    max_age: float | None,
    now: datetime.datetime,
) -> Sequence[Exposure]:
    """Return the instances with local disks, those at greatest risk first.

    First those of which nothing can be put back, then by the age of what
    can, the oldest first.

    :param newest: by instance: the newest active one, else the newest.
    :param max_age: seconds; an older snapshot does not count as one.
    """
    found = [
        _of(instance, newest.get(instance.uuid), max_age, now)
        for instance in instances
        if instance.local_gb
    ]
    found.sort(
        key=lambda e: (
            not e.problem,
            -(e.age or 0.0),
            -e.instance.local_gb,
            e.instance.name,
        )
    )
    return found


def _of(
    instance: Instance,
    snapshot: Snapshot | None,
    max_age: float | None,
    now: datetime.datetime,
) -> Exposure:
    problem = disks.unusable(snapshot, instance, max_age, now)
    age = None
    if snapshot is not None and not problem:
        age = max(0.0, (now - snapshot.created_at).total_seconds())
    return Exposure(instance, snapshot, age, problem)


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """An exposure as programs are told of it.

    :ivar snapshot: uuid of the newest; None: there is none.
    :ivar age_seconds: see :class:`Exposure`.
    """

    host: str | None
    instance: str
    name: str
    project: str
    vm_state: str
    local_gb: float
    snapshot: str | None
    image_type: str | None
    status: str | None
    created_at: datetime.datetime | None
    age_seconds: int | None
    problem: str


def report(one: Exposure) -> Report:
    """Return what programs are told of it."""
    instance, snapshot = one.instance, one.snapshot
    return Report(
        host=instance.host,
        instance=instance.uuid,
        name=instance.name,
        project=instance.project,
        vm_state=instance.vm_state,
        local_gb=instance.local_gb,
        snapshot=snapshot.uuid if snapshot else None,
        image_type=snapshot.image_type if snapshot else None,
        status=snapshot.status if snapshot else None,
        created_at=snapshot.created_at if snapshot else None,
        age_seconds=None if one.age is None else round(one.age),
        problem=one.problem,
    )
