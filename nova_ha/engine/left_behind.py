# SPDX-License-Identifier: Apache-2.0
"""The step of evacuation_failed: waits for the host, or for room elsewhere.

The host comes first: if it returns, its instances go on there.
"""

import logging

from nova_ha.engine.capacity_watch import CapacityWatch
from nova_ha.engine.guards import Guard
from nova_ha.engine.outcome import Outcome
from nova_ha.engine.outcome import Step
from nova_ha.engine.still_off import StillOff
from nova_ha.engine.worklist import Worklist
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery import parking
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import Event

LOG = logging.getLogger(__name__)

UNPROVEN_PAUSE = 30.0
"""Seconds until the power is read again that was not off, or not known."""


class LeftBehind:
    """Has what is parked tried again when there may be room for it.

    What failed for another reason waits for the operator's ``retry``.
    """

    def __init__(
        self,
        world: World,
        watch: Step,
        capacity: CapacityWatch,
        guard: Guard,
        still_off: StillOff,
    ) -> None:
        self._store = world.store
        self._clock = world.clock
        self._watch = watch
        self._capacity = capacity
        self._guard = guard
        self._still_off = still_off
        self._not_before: dict[str, float] = {}

    def run(self, recovery: Recovery) -> Outcome:
        """Take one tick; see :class:`~nova_ha.engine.outcome.Step`."""
        outcome = self._watch.run(recovery)
        if outcome.event is not None:
            return outcome
        why = self._why_retry(recovery)
        if not why:
            return outcome
        proof = self._prove_off(recovery)
        if proof is None:
            return outcome
        self._capacity.heed(recovery)
        return Outcome(
            Event.RETRY_REQUESTED, message=why, changes={'off_proof': proof}
        )

    def forget(self, uuid: str) -> None:
        """Drop what is remembered of a recovery."""
        self._watch.forget(uuid)
        self._not_before.pop(uuid, None)

    def _why_retry(self, recovery: Recovery) -> str:
        now = self._clock.monotonic()
        if now < self._not_before.get(recovery.uuid, now):
            return ''
        rows = self._store.evacuations(recovery.uuid)
        if not parking.parked(rows):
            return ''
        why = self._capacity.news(Worklist(recovery, rows))
        return '' if self._guard.holds(recovery) else why

    def _prove_off(self, recovery: Recovery) -> OffProof | None:
        """Return a proof that the host is off; None while it may return."""
        try:
            return self._still_off.prove(recovery, 'the next try')
        except (errors.UnsafeRequest, errors.PowerError) as e:
            LOG.info('%s: not tried again yet: %s', recovery.host, e)
        except errors.UnknownHost as e:
            LOG.warning('%s: not tried again: %s', recovery.host, e)
        pause = self._clock.monotonic() + UNPROVEN_PAUSE
        self._not_before[recovery.uuid] = pause
        return None
