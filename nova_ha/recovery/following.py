# SPDX-License-Identifier: Apache-2.0
"""Reading nova's records: what has become of one evacuation, pure.

Nova's migration record says when it is over; the server itself says whether
it went well (nova 34: ``completed`` is also set by a restart of the source
while the target is still at work).
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime

from nova_ha.recovery import eligibility
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import Migration
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import MigrationStatus

OVER_WELL = frozenset({MigrationStatus.DONE, MigrationStatus.COMPLETED})
OVER_BADLY = frozenset({MigrationStatus.FAILED, MigrationStatus.ERROR})
OVER = OVER_WELL | OVER_BADLY

SKEW = datetime.timedelta(seconds=30)
"""How far the clocks of two controllers may be apart, and how long a host
that was fenced stays away at the very least."""


@dataclasses.dataclass(frozen=True, slots=True)
class Fence:
    """A host was proven off.

    :ivar at: when.
    :ivar lasting: it has not been taken back since.
    """

    at: datetime.datetime
    lasting: bool


def unsettled(
    evacuation: Evacuation, records: Sequence[Migration]
) -> Sequence[Migration]:
    """Return the records about which nothing has been decided yet.

    Those there were when nova was last asked were over, or their target was
    fenced: else it would not have been asked.

    :param records: of this instance only, oldest first.
    """
    return [r for r in records if r.id > evacuation.last_migration]


def record_of_attempt(
    evacuation: Evacuation, records: Sequence[Migration]
) -> Migration | None:
    """Return the record that tells about the present attempt.

    The newest; but while one is not over, that one (an operator may have
    asked, too).

    :param records: of this instance only, oldest first.
    """
    newer = unsettled(evacuation, records)
    open_ = [r for r in newer if r.status not in OVER]
    return next(reversed(open_ or newer), None)


def waited(
    evacuation: Evacuation, seconds: float, now: datetime.datetime
) -> bool:
    """Whether so many seconds have passed since nova was asked."""
    asked = evacuation.asked_at
    return asked is not None and (now - asked).total_seconds() >= seconds


def occupies_window(evacuation: Evacuation, record: Migration | None) -> bool:
    """Whether nova is still working on it.

    One whose record is over only waits for our own look at the server.
    """
    if evacuation.state not in (
        EvacuationState.REQUESTED,
        EvacuationState.MIGRATING,
    ):
        return False
    return record is None or record.status not in OVER


def fenced_since(
    evacuation: Evacuation, fenced: Mapping[str, Fence]
) -> Collection[str]:
    """Return the hosts that were fenced after nova was asked.

    A fence before that ends nothing: the host came back and was chosen.

    :param fenced: the last fence of each host that had one.
    """
    asked = evacuation.asked_at
    if asked is None:
        return {host for host, fence in fenced.items() if fence.lasting}
    return {
        host
        for host, fence in fenced.items()
        if fence.at >= (asked - SKEW if fence.lasting else asked)
    }


def is_busy(
    evacuations: Iterable[Evacuation],
    under_way: int,
    now: datetime.datetime,
) -> bool:
    """Whether nova works on an evacuation or is about to be asked for one."""
    return bool(under_way) or any(
        e.state is EvacuationState.PENDING
        and (e.not_before is None or e.not_before <= now)
        for e in evacuations
    )


def lost_target(record: Migration, fenced: Collection[str]) -> bool:
    """Whether the record's target has been fenced, so that it never ends."""
    return record.target is not None and record.target in fenced


def arrived(evacuation: Evacuation, instance: Instance) -> bool:
    """Whether the server is elsewhere, at rest, in the expected state."""
    return _rests_elsewhere(
        evacuation, instance
    ) and instance.vm_state == eligibility.expected(evacuation)


def arrived_changed(evacuation: Evacuation, instance: Instance) -> bool:
    """Whether it is elsewhere and healthy, but not in the state it had.

    Its owner may have stopped or started it meanwhile, or it lost its
    power state in a failed attempt.
    """
    return _rests_elsewhere(
        evacuation, instance
    ) and instance.vm_state not in ('error', 'building')


def needs_stop(evacuation: Evacuation, instance: Instance) -> bool:
    """Whether one that is to be stopped came up running elsewhere.

    A failed attempt sets vm_state error, and what is evacuated from error
    ends active. A nova before 2.95 starts what was running.
    """
    return _is_left_active(evacuation, instance, 'stopped')


def needs_pause(evacuation: Evacuation, instance: Instance) -> bool:
    """Whether one that was paused came up running elsewhere."""
    return _is_left_active(evacuation, instance, 'paused')


def _is_left_active(
    evacuation: Evacuation, instance: Instance, expected: str
) -> bool:
    return (
        eligibility.expected(evacuation) == expected
        and _rests_elsewhere(evacuation, instance)
        and instance.vm_state == 'active'
    )


def _rests_elsewhere(evacuation: Evacuation, instance: Instance) -> bool:
    return (
        instance.host is not None
        and instance.host != evacuation.source
        and instance.task_state is None
    )
