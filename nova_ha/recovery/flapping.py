# SPDX-License-Identifier: Apache-2.0
"""A host that fails again and again is not taken back, pure.

It is evacuated each time as any other. But instances must not be placed on
it once more by a host that looks well for an hour: a person lets it in.
"""

from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses
import datetime

from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import RecoveryEvent
from nova_ha.recovery.states import Event
from nova_ha.recovery.states import RecoveryState

OPERATOR = 'operator'
"""The origin of a fence that a person asked for: the host did not fail."""

FLAPPING = 'flapping: '
"""What begins the word of each hold by this guard."""


@dataclasses.dataclass(frozen=True, slots=True)
class FlapLimits:
    """How often a host may fail.

    :ivar failures: with so many the host is kept out; 0 never does.
    :ivar window: seconds in which they are counted.
    """

    failures: int = 0
    window: float = 3600.0


def is_let_return(recovery: Recovery) -> bool:
    """Whether a person has let the host in since this incident began."""
    at = recovery.let_return_at
    return at is not None and at >= recovery.fencing_since


def why_kept_out(
    recovery: Recovery,
    recoveries: Iterable[Recovery],
    events: Sequence[RecoveryEvent],
    limits: FlapLimits,
) -> str:
    """Return why the host is not to be taken back; '' when it may be.

    Counted up to the beginning of this incident, so that no waiting makes it
    well again. What came before a person let it in does not count.

    :param recoveries: of this host, this one too.
    :param events: of this recovery, oldest first.
    """
    if not limits.failures or is_let_return(recovery):
        return ''
    since = recovery.fencing_since - datetime.timedelta(seconds=limits.window)
    failures = {recovery.fencing_since} | _relapses(recovery, events)
    for other in recoveries:
        if other.let_return_at is not None:
            since = max(since, other.let_return_at)
        if other.uuid != recovery.uuid and _is_failure(other):
            failures.add(other.fencing_since)
    found = [at for at in failures if since <= at <= recovery.fencing_since]
    if len(found) < limits.failures or recovery.origin == OPERATOR:
        return ''
    return (
        f'{FLAPPING}{recovery.host} failed {len(found)} times within '
        f'{limits.window:.0f} s; it is kept out until a person lets it return'
    )


def _is_failure(recovery: Recovery) -> bool:
    return (
        recovery.origin != OPERATOR
        and recovery.state is not RecoveryState.CANCELLED
    )


def _relapses(
    recovery: Recovery, events: Sequence[RecoveryEvent]
) -> set[datetime.datetime]:
    """Return when this recovery began over since the host had come back.

    Its first failure is the one it was opened for.
    """
    before = RecoveryState.REQUESTED
    relapses = set()
    for event in events:
        if event.instance is not None:
            continue
        if (
            before is RecoveryState.RETURNING
            and event.name == Event.FENCE_REQUESTED.value
        ):
            relapses.add(event.at)
        before = event.state
    if not relapses:
        return set()
    newest = max(relapses)  # the one that fencing_since stands for
    return (relapses - {newest}) | {recovery.requested_at}
