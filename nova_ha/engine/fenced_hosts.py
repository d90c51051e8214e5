# SPDX-License-Identifier: Apache-2.0
"""Which evacuations have lost their target to a fence."""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping

from nova_ha.recovery import ports
from nova_ha.recovery import safety
from nova_ha.recovery import states
from nova_ha.recovery.following import Fence
from nova_ha.recovery.model import Recovery

FRESH = 5.0
"""Seconds; what is known of a host whose last recovery is over stays so for
that long: until it is fenced again it changes nothing, and from then on its
recovery is an active one."""


class FencedHosts:
    """Looks fences up in the store."""

    def __init__(self, store: ports.RecoveryStore, clock: ports.Clock) -> None:
        self._store = store
        self._clock = clock
        self._past: dict[str, tuple[float, Fence | None]] = {}

    def look(
        self,
        recovery: Recovery,
        targets: Collection[str],
        active: Iterable[Recovery] | None = None,
    ) -> Mapping[str, Fence]:
        """Return the last fence of every other host that had one.

        :param active: every active recovery, where they are read already.
        :param targets: hosts of which a fence long over counts too.
        :param active: all active recoveries, where they are known.
        """
        if active is None:
            active = self._store.recoveries(active=True)
        found = {
            r.host: Fence(r.off_proof.verified_at, lasting=True)
            for r in active
            if r.state in states.KNOWN_OFF
            and r.uuid != recovery.uuid
            and r.off_proof is not None
            and safety.proves(r.off_proof, r)
        }
        for host in set(targets) - set(found):
            past = self._past_fence(host)
            if past is not None:
                found[host] = past
        return found

    def _past_fence(self, host: str) -> Fence | None:
        now = self._clock.monotonic()
        at, fence = self._past.get(host, (float('-inf'), None))
        if now - at >= FRESH:
            fence = self._last_fence(host)
            self._past[host] = now, fence
        return fence

    def _last_fence(self, host: str) -> Fence | None:
        for past in self._store.recoveries(host=host, limit=1):
            if past.off_proof is not None:
                return Fence(past.off_proof.verified_at, lasting=False)
        return None
