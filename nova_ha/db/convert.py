# SPDX-License-Identifier: Apache-2.0
"""Between rows and the values that cross the port."""

from collections.abc import Sequence
import enum
from typing import Any
from typing import TypeVar

from nova_ha.db import models
from nova_ha.recovery import errors
from nova_ha.recovery import states
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import RecoveryEvent
from nova_ha.recovery.model import ServiceBefore
from nova_ha.recovery.modes import Mode
from nova_ha.recovery.modes import Standing
from nova_ha.recovery.rehearsal import Rehearsal
from nova_ha.recovery.rehearsal import RehearsedInstance

State = TypeVar('State', bound=enum.Enum)

Values = dict[str, Any]


def _state(kind: type[State], word: str) -> State:
    try:
        return kind(word)
    except ValueError:
        raise errors.StoreError(
            f'the store holds the {kind.__name__} {word!r}, which this '
            'release does not know: was it written by a newer nova-ha?'
        ) from None


def recovery(row: models.RecoveryRow) -> Recovery:
    """Return the recovery a row holds."""
    return Recovery(
        uuid=row.uuid,
        host=row.host,
        state=_state(states.RecoveryState, row.state),
        origin=row.origin,
        reason=row.reason,
        requested_at=row.requested_at,
        fencing_since=row.fencing_since,
        state_since=row.state_since,
        updated_at=row.updated_at,
        generation=row.generation,
        owner=row.owner,
        lease_expires_at=row.lease_expires_at,
        off_proof=_off_proof(row),
        service_before=_service_before(row),
        service_reported_at=row.service_reported_at,
        message=row.message,
        power_on_asked_at=row.power_on_asked_at,
        sealed_at=row.sealed_at,
        released_at=row.released_at,
        let_return_at=row.let_return_at,
    )


def _off_proof(row: models.RecoveryRow) -> OffProof | None:
    if row.proof_verified_at is None:
        return None
    return OffProof(
        host=row.proof_host or '',
        method=row.proof_method or '',
        witness=row.proof_witness or '',
        verified_at=row.proof_verified_at,
        was_running=row.proof_was_running,
    )


def _service_before(row: models.RecoveryRow) -> ServiceBefore | None:
    if row.before_disabled is None or row.before_forced_down is None:
        return None
    return ServiceBefore(
        disabled=row.before_disabled,
        disabled_reason=row.before_disabled_reason,
        forced_down=row.before_forced_down,
    )


def new_recovery_values(value: Recovery) -> Values:
    """Return what a new row holds."""
    return {
        **recovery_values(value),
        'uuid': value.uuid,
        'host': value.host,
        'origin': value.origin,
        'generation': value.generation,
        'owner': value.owner,
        'evacuation_writes': 0,
    }


def recovery_values(value: Recovery) -> Values:
    """Return what a save may change, beside the generation."""
    proof, before = value.off_proof, value.service_before
    return {
        'active_host': None if value.state in states.FINAL else value.host,
        'state': value.state.value,
        'reason': value.reason,
        'message': value.message,
        'requested_at': value.requested_at,
        'fencing_since': value.fencing_since,
        'state_since': value.state_since,
        'updated_at': value.updated_at,
        'proof_host': proof and proof.host,
        'proof_method': proof and proof.method,
        'proof_witness': proof and proof.witness,
        'proof_verified_at': proof and proof.verified_at,
        'proof_was_running': proof and proof.was_running,
        'before_disabled': before and before.disabled,
        'before_disabled_reason': before and before.disabled_reason,
        'before_forced_down': before and before.forced_down,
        'service_reported_at': value.service_reported_at,
        'power_on_asked_at': value.power_on_asked_at,
        'sealed_at': value.sealed_at,
        'released_at': value.released_at,
        'let_return_at': value.let_return_at,
    }


def evacuation(row: models.EvacuationRow) -> Evacuation:
    """Return the evacuation a row holds."""
    return Evacuation(
        recovery=row.recovery,
        instance=row.instance,
        name=row.name,
        state=_state(states.EvacuationState, row.state),
        source=row.source,
        vm_state=row.vm_state,
        target=row.target,
        attempts=row.attempts,
        last_migration=row.last_migration,
        migration=row.migration,
        request_id=row.request_id,
        asked_at=row.asked_at,
        not_before=row.not_before,
        ended_at=row.ended_at,
        message=row.message,
        priority=row.priority,
        group=row.restart_group or '',
        target_state=_state(states.TargetState, row.target_state),
        storage=_state(states.StorageClass, row.storage),
        disk=_state(states.DiskPolicy, row.disk) if row.disk else None,
        decision=row.decision or '',
        snapshot=row.snapshot,
        max_age=row.max_age,
        image=row.image,
        restores=row.restores,
        restore_asked_at=row.restore_asked_at,
        reset_state=bool(row.reset_state),
    )


def evacuation_values(value: Evacuation) -> Values:
    """Return what a row of the evacuation holds."""
    return {
        'recovery': value.recovery,
        'instance': value.instance,
        'name': value.name,
        'state': value.state.value,
        'source': value.source,
        'vm_state': value.vm_state,
        'target': value.target,
        'attempts': value.attempts,
        'last_migration': value.last_migration,
        'migration': value.migration,
        'request_id': value.request_id,
        'asked_at': value.asked_at,
        'not_before': value.not_before,
        'ended_at': value.ended_at,
        'message': value.message,
        'priority': value.priority,
        'restart_group': value.group or None,
        'target_state': value.target_state.value,
        'storage': value.storage.value,
        'disk': value.disk and value.disk.value,
        'decision': value.decision,
        'snapshot': value.snapshot,
        'max_age': value.max_age,
        'image': value.image,
        'restores': value.restores,
        'restore_asked_at': value.restore_asked_at,
        'reset_state': value.reset_state,
    }


def event(row: models.EventRow) -> RecoveryEvent:
    """Return the event a row holds."""
    return RecoveryEvent(
        recovery=row.recovery,
        at=row.at,
        name=row.name,
        state=_state(states.RecoveryState, row.state),
        message=row.message,
        instance=row.instance,
        id=row.id,
    )


def event_values(value: RecoveryEvent) -> Values:
    """Return what a row of the event holds."""
    return {
        'recovery': value.recovery,
        'at': value.at,
        'name': value.name,
        'state': value.state.value,
        'message': value.message,
        'instance': value.instance,
    }


def standing(row: models.ModeRow) -> Standing:
    """Return the mode a row holds."""
    return Standing(
        mode=_state(Mode, row.mode),
        since=row.since,
        by=row.set_by,
        reason=row.reason,
    )


def rehearsal(
    row: models.RehearsalRow, lines: Sequence[models.RehearsedInstanceRow]
) -> Rehearsal:
    """Return the rehearsal that a row and those of its instances hold."""
    return Rehearsal(
        uuid=row.uuid,
        host=row.host,
        at=row.at,
        controller=row.controller,
        origin=row.origin,
        reason=row.reason,
        summary=row.summary,
        instances=tuple(
            RehearsedInstance(
                instance=line.instance,
                name=line.name,
                evacuate=line.evacuate,
                decision=line.decision,
            )
            for line in lines
        ),
    )


def rehearsal_values(value: Rehearsal) -> Values:
    """Return what a row of the rehearsal holds."""
    return {
        'uuid': value.uuid,
        'host': value.host,
        'at': value.at,
        'controller': value.controller,
        'origin': value.origin,
        'reason': value.reason,
        'summary': value.summary,
    }


def rehearsed_values(rehearsal: str, value: RehearsedInstance) -> Values:
    """Return what a row of one instance of a rehearsal holds."""
    return {
        'rehearsal': rehearsal,
        'instance': value.instance,
        'name': value.name,
        'evacuate': value.evacuate,
        'decision': value.decision,
    }
