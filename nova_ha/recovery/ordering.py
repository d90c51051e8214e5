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

    What has waited out its back-off goes in its old order, but behind those
    never tried: one troublesome instance does not hold the others up.

    :param under_way: evacuations nova is working on now.
    """
    free = max(0, window - under_way)
    due = [
        e
        for e in evacuations
        if e.state is EvacuationState.PENDING
        and (e.not_before is None or e.not_before <= now)
    ]
    due.sort(key=lambda e: e.attempts)
    return due[:free]


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
