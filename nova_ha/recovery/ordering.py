# SPDX-License-Identifier: Apache-2.0
"""Which evacuations are asked for next."""

from collections.abc import Iterable
from collections.abc import Sequence
import datetime

from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.states import EvacuationState


def next_batch(
    evacuations: Iterable[Evacuation],
    under_way: int,
    window: int,
    now: datetime.datetime,
) -> Sequence[Evacuation]:
    """Return the pending evacuations that fit into the window.

    The greater priority goes first. Among equals, what has waited out its
    back-off goes behind those never tried, so that one troublesome instance
    does not hold the others up; then the old order.

    :param evacuations: whose turn it is; see :mod:`.restart` and
        :mod:`.server_groups`.
    :param under_way: evacuations nova is working on now.
    """
    free = max(0, window - under_way)
    return in_order(e for e in evacuations if is_due(e, now))[:free]


def in_order(evacuations: Iterable[Evacuation]) -> Sequence[Evacuation]:
    """Return them as they are to be asked for, the first first."""
    return sorted(evacuations, key=lambda e: (-e.priority, e.attempts))


def is_due(evacuation: Evacuation, now: datetime.datetime) -> bool:
    """Whether it waits for nothing but its turn."""
    return evacuation.state is EvacuationState.PENDING and (
        evacuation.not_before is None or evacuation.not_before <= now
    )


def wait_until(
    evacuations: Iterable[Evacuation],
) -> datetime.datetime | None:
    """Return when the first back-off ends; None when nothing waits."""
    return min(
        (
            e.not_before
            for e in evacuations
            if e.state is EvacuationState.PENDING and e.not_before is not None
        ),
        default=None,
    )
