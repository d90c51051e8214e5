# SPDX-License-Identifier: Apache-2.0
"""Which gate the host of a recovery has to have, pure.

A node whose gate is shut starts nothing of nova, whoever switches it on. So
the gate is shut from the first moment of an incident until no evacuation can
be harmed by a start of nova-compute any more.
"""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

from nova_ha.recovery import following
from nova_ha.recovery import states
from nova_ha.recovery.model import ClusterNode
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Migration
from nova_ha.recovery.model import NodeFence
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import RecoveryState

EXPECTED_BACK = frozenset(
    {RecoveryState.EVACUATED, RecoveryState.EVACUATION_FAILED}
)
"""The host may start nova-compute, unless nova is still at work."""


def wanted(state: RecoveryState, live: bool, restart: bool) -> Gate:
    """Return the gate that a recovery in this state wants.

    :param live: nova may still be working on an evacuation from the host;
        asked in the states of :data:`EXPECTED_BACK` only.
    :param restart: nova-compute has to stop (once more); asked in
        ``returning`` only.
    """
    if state in states.FINAL:
        return Gate.OPEN
    if state in EXPECTED_BACK:
        return Gate.SHUT if live else Gate.AJAR
    if state is RecoveryState.RETURNING:
        return Gate.SHUT if restart else Gate.AJAR
    return Gate.SHUT


def live_records(
    records: Iterable[Migration],
    rows: Mapping[str, Evacuation],
    fenced: Mapping[str, following.Fence],
) -> Sequence[Migration]:
    """Return the records nova may still be working on.

    :param records: evacuation records with the host as their source.
    :param rows: the recovery's evacuations, by instance.
    :param fenced: the last fence of each host that had one: what was going
        there goes nowhere any more.
    """
    return [
        r
        for r in records
        if r.status in states.MIGRATION_UNDER_WAY
        and not _is_dead(r, rows.get(r.instance), fenced)
    ]


def _is_dead(
    record: Migration,
    row: Evacuation | None,
    fenced: Mapping[str, following.Fence],
) -> bool:
    if row is None:
        fence = fenced.get(record.target or '')
        return fence is not None and fence.lasting
    if not following.unsettled(row, [record]):
        return True
    return following.lost_target(record, following.fenced_since(row, fenced))


def has_come_back(
    node: ClusterNode, fence: NodeFence | None, proof: OffProof | None
) -> bool:
    """Whether nova-compute may run on a node that has been off.

    A node that Pacemaker has not missed yet looks the same, but for the
    fence: after one, it is online only when it has joined again.

    :param fence: the last that took the node's power.
    """
    return (
        node.online
        and not node.unclean
        and node.compute_active
        and proof is not None
        and fence is not None
        and bool(fence.succeeded)
        and fence.at is not None
        and fence.at >= proof.verified_at - following.SKEW
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Comeback:
    """How a returning host's records shrink, from look to look.

    A start of nova-compute turns one record of each instance to
    ``completed``. If some are left when it has been running for a while, it
    needs another start.

    :ivar left: records left at the last look; None while nova-compute was
        not running.
    :ivar since: monotonic; when that number was first seen.
    """

    left: int | None = None
    since: float = 0.0

    def look(self, left: int, running: bool, now: float) -> 'Comeback':
        """Return the comeback with this look added."""
        if not running:
            return Comeback()
        if left == self.left:
            return self
        return Comeback(left, now)

    def needs_restart(self, now: float, restart_after: float) -> bool:
        """Whether nova-compute has done all that this start of it will.

        :param restart_after: seconds without a change that show it.
        """
        return bool(self.left) and now - self.since >= restart_after
