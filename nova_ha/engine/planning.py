# SPDX-License-Identifier: Apache-2.0
"""Puts the instances of a host on the worklist; drops none silently."""

from nova_ha.engine.first_look import FirstLook
from nova_ha.engine.worklist import Worklist
from nova_ha.recovery import eligibility
from nova_ha.recovery import errors
from nova_ha.recovery import following
from nova_ha.recovery import ports
from nova_ha.recovery import states
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Instance
from nova_ha.recovery.states import EvacuationEvent
from nova_ha.recovery.states import EvacuationState


class Planner:
    """Makes rows of instances."""

    def __init__(
        self, compute: ports.Compute, first_look: FirstLook, clock: ports.Clock
    ) -> None:
        self._compute = compute
        self._first_look = first_look
        self._clock = clock

    def plan(self, work: Worklist) -> None:
        """List the host's instances; add or revive their rows.

        May be run again at any time: what has been decided since this
        state was entered stays decided.
        """
        found = self._first_look.instances(work.recovery)
        for instance in found:
            row = work.rows.get(instance.uuid)
            if row is None:
                self._add(work, instance)
            elif self._is_of_the_past(work, row):
                self._revive(work, row, instance)
        here = {instance.uuid for instance in found}
        for row in list(work.rows.values()):
            if row.state is EvacuationState.FAILED and (
                row.instance not in here
            ):
                self._find(work, row)

    def _add(self, work: Worklist, instance: Instance) -> None:
        row = Evacuation(
            recovery=work.recovery.uuid,
            instance=instance.uuid,
            name=instance.name,
            state=EvacuationState.PENDING,
            source=work.recovery.host,
            vm_state=instance.vm_state,
        )
        work.add(row)
        self._sort_out(work, row, instance)

    def _revive(
        self, work: Worklist, row: Evacuation, instance: Instance
    ) -> None:
        # A failed attempt leaves vm_state error; what it was before is what
        # it shall be again.
        kept = row.vm_state if instance.vm_state == 'error' else None
        row = work.change(
            row,
            EvacuationEvent.RETRY,
            self._clock.now(),
            vm_state=kept or instance.vm_state,
            attempts=0,
            target=None,
            migration=None,
            not_before=None,
        )
        self._sort_out(work, row, instance)

    def _find(self, work: Worklist, row: Evacuation) -> None:
        """See what became of one we had given up that is not here."""
        now = self._clock.now()
        try:
            instance = self._compute.instance(row.instance)
        except errors.ComputeNotFound:
            row = work.change(row, EvacuationEvent.RETRY, now)
            work.change(row, EvacuationEvent.SKIP, now, 'it was deleted')
            return
        if following.arrived_changed(row, instance):
            row = work.change(row, EvacuationEvent.RETRY, now)
            work.change(
                row,
                EvacuationEvent.CONFIRMED,
                now,
                'ended well after it was given up',
                target=instance.host,
            )

    def _sort_out(
        self, work: Worklist, row: Evacuation, instance: Instance
    ) -> None:
        why = eligibility.obstacle(instance)
        if why is None:
            return
        event = (
            EvacuationEvent.GAVE_UP
            if instance.vm_state == eligibility.UNKNOWN
            else EvacuationEvent.SKIP
        )
        work.change(row, event, self._clock.now(), why)

    @staticmethod
    def _is_of_the_past(work: Worklist, row: Evacuation) -> bool:
        return (
            row.state in states.EVACUATION_ENDED
            and row.ended_at is not None
            and row.ended_at < work.recovery.state_since
        )
