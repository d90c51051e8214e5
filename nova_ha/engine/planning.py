# SPDX-License-Identifier: Apache-2.0
"""Puts the instances of a host on the worklist; drops none silently."""

from typing import Any

from nova_ha.engine.first_look import FirstLook
from nova_ha.engine.worklist import Worklist
from nova_ha.recovery import disks
from nova_ha.recovery import eligibility
from nova_ha.recovery import errors
from nova_ha.recovery import following
from nova_ha.recovery import ports
from nova_ha.recovery import states
from nova_ha.recovery import staying
from nova_ha.recovery.model import Decision
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Instance
from nova_ha.recovery.states import EvacuationEvent
from nova_ha.recovery.states import EvacuationState


class Planner:
    """Makes rows of instances."""

    def __init__(
        self,
        compute: ports.Compute,
        policy: ports.Policy,
        first_look: FirstLook,
        clock: ports.Clock,
    ) -> None:
        self._compute = compute
        self._policy = policy
        self._first_look = first_look
        self._clock = clock

    def plan(self, work: Worklist) -> None:
        """List the host's instances; add or revive their rows.

        May be run again at any time: what has been decided since this
        state was entered stays decided.
        """
        found = self._first_look.instances(work.recovery)
        new = [
            instance
            for instance in found
            if self._is_to_be_decided(work, work.rows.get(instance.uuid))
        ]
        decisions = self._policy.decide(work.recovery.host, new)
        for instance in new:
            decision = decisions[instance.uuid]
            row = work.rows.get(instance.uuid)
            if row is None:
                self._add(work, instance, decision)
            else:
                self._revive(work, row, instance, decision)
        here = {instance.uuid for instance in found}
        for row in list(work.rows.values()):
            if row.instance not in here and self._may_have_ended(work, row):
                self._find(work, row)

    def _add(
        self, work: Worklist, instance: Instance, decision: Decision
    ) -> None:
        row = Evacuation(
            recovery=work.recovery.uuid,
            instance=instance.uuid,
            name=instance.name,
            state=EvacuationState.PENDING,
            source=work.recovery.host,
            vm_state=instance.vm_state,
            **self._as_decided(work, instance, decision),
        )
        work.add(row)
        self._sort_out(work, row, instance, decision)

    def _revive(
        self,
        work: Worklist,
        row: Evacuation,
        instance: Instance,
        decision: Decision,
    ) -> None:
        # What it was before an attempt of ours is what it shall be again.
        row = work.change(
            row,
            EvacuationEvent.RETRY,
            self._clock.now(),
            vm_state=eligibility.former_vm_state(row, instance),
            attempts=0,
            target=None,
            migration=None,
            not_before=None,
            **self._as_decided(work, instance, decision),
        )
        self._sort_out(work, row, instance, decision)

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
                _ended_well(row),
                target=instance.host,
            )

    def _sort_out(
        self,
        work: Worklist,
        row: Evacuation,
        instance: Instance,
        decision: Decision,
    ) -> None:
        why = eligibility.obstacle(instance, decision.reset_state)
        event = eligibility.event_of(instance)
        if why is None:
            why = staying.reason(instance, decision)
            unsure = bool(decision.unsure)
            event = EvacuationEvent.GAVE_UP if unsure else EvacuationEvent.SKIP
        elif not decision.evacuate:
            event = EvacuationEvent.SKIP
        if why is None:
            self._leave_disk(work, row, decision)
        else:
            work.change(row, event, self._clock.now(), why)

    def _leave_disk(
        self, work: Worklist, row: Evacuation, decision: Decision
    ) -> None:
        """Leave an instance where its disk is, for ever or for a time."""
        now = self._clock.now()
        decided = disks.at(decision, work.recovery.fencing_since, now)
        why = disks.why_left(decided, decision.then)
        if why:
            work.change(
                row, EvacuationEvent.SKIP, now, why, not_before=decided.until
            )

    def _as_decided(
        self, work: Worklist, instance: Instance, decision: Decision
    ) -> dict[str, Any]:
        since, max_age = work.recovery.fencing_since, decision.max_age
        return {
            'priority': decision.priority,
            'group': decision.group,
            'target_state': decision.target_state,
            'storage': decision.storage,
            'disk': disks.at(decision, since, self._clock.now()).policy,
            'decision': str(decision),
            'snapshot': None,
            'max_age': max_age and int(max_age.total_seconds()),
            'image': instance.image,
            'restores': 0,
            'restore_asked_at': None,
            'reset_state': decision.reset_state,
        }

    @staticmethod
    def _may_have_ended(work: Worklist, row: Evacuation) -> bool:
        """Whether one we had given up may be well by now.

        One whose snapshot was not put back runs elsewhere, but has failed;
        a person's retry takes it as it is, and rebuilds nothing: its owner
        may have gone on with it.
        """
        if row.state is not EvacuationState.FAILED:
            return False
        return not row.restores or (
            row.ended_at is not None
            and row.ended_at < work.recovery.state_since
        )

    @staticmethod
    def _is_to_be_decided(work: Worklist, row: Evacuation | None) -> bool:
        """Whether it is new, or its row is of an earlier incident."""
        if row is None:
            return True
        return (
            (work.chosen is None or row.instance in work.chosen)
            and row.state in states.EVACUATION_ENDED
            and row.ended_at is not None
            and row.ended_at < work.recovery.state_since
        )


def _ended_well(row: Evacuation) -> str:
    if row.restores:
        return f'taken as it is; snapshot {row.snapshot} was not put back'
    return 'ended well after it was given up'
