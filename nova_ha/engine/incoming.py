# SPDX-License-Identifier: Apache-2.0
"""Evacuations from other hosts that were on their way to one that is down.

Nova's request to rebuild an instance waits for its target in the message
queue. A target that died before it took the request takes it at its next
start, and rebuilds the instance if nova is just having it rebuilt elsewhere:
the guest then runs twice (nova 34, measured). So a host stays away until
what was going there has ended.
"""

from collections.abc import Iterator

from nova_ha.recovery import ports
from nova_ha.recovery import states
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Recovery

NAMED = 3
"""How many instances a message names before it only counts."""


class Incoming:
    """Asks the store and nova what was going to a host."""

    def __init__(
        self, store: ports.RecoveryStore, compute: ports.Compute
    ) -> None:
        self._store = store
        self._compute = compute

    def why_wait(self, recovery: Recovery) -> str:
        """Return what the host must not come back before; '' if nothing.

        :raises ComputeError: nova cannot be asked.
        """
        found = list(self._to(recovery))
        if not found:
            return ''
        named = ', '.join(f'{e.name} from {e.source}' for e in found[:NAMED])
        more = f' and {len(found) - NAMED} more' if found[NAMED:] else ''
        return (
            f'stays away until what was being evacuated to it has ended: '
            f'{named}{more}'
        )

    def _to(self, recovery: Recovery) -> Iterator[Evacuation]:
        return self.going_to(recovery.host, but=recovery.uuid)

    def going_to(self, host: str, but: str = '') -> Iterator[Evacuation]:
        """Yield the evacuations on which nova works with this target.

        :param but: uuid of a recovery that is not looked at.
        :raises ComputeError: nova cannot be asked.
        """
        for other in self._store.recoveries(active=True):
            if other.uuid != but:
                yield from self._from(other, host)

    def _from(self, other: Recovery, target: str) -> Iterator[Evacuation]:
        rows = {
            row.instance: row
            for row in self._store.evacuations(other.uuid)
            if row.state not in states.EVACUATION_ENDED
        }
        if not rows:
            return
        going = {
            record.instance
            for record in self._compute.migrations(other.host)
            if record.target == target
            and record.status in states.MIGRATION_UNDER_WAY
        }
        for instance in going & rows.keys():
            yield rows[instance]
