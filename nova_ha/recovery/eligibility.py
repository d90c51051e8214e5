# SPDX-License-Identifier: Apache-2.0
"""Which instances can be evacuated, why not the others, and how they end.

What there is to know about each state is in :mod:`.server_states`.
"""

from nova_ha.recovery import server_states
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Instance
from nova_ha.recovery.server_states import Treatment
from nova_ha.recovery.states import EvacuationEvent
from nova_ha.recovery.states import TargetState

EVACUABLE = frozenset(
    vm_state
    for vm_state, row in server_states.VM_STATES.items()
    if row.treatment is Treatment.EVACUATE
)
"""The vm_states that nova itself evacuates."""

UNKNOWN = server_states.UNKNOWN


def obstacle(instance: Instance, reset_state: bool = False) -> str | None:
    """Return why the instance is not evacuated; None if it is.

    :param reset_state: the policy lets its state be reset.
    """
    row = server_states.treatment(instance.vm_state, instance.task_state)
    if row.treatment is Treatment.EVACUATE:
        return None
    if row.treatment is Treatment.RESET:
        return None if reset_state else _refused(row)
    if instance.task_state in server_states.TASK_STATES:
        return row.because
    return f'nova does not evacuate it: {row.because}'


def _refused(row: server_states.Row) -> str:
    return (
        f'nova does not evacuate it: {row.because}; the policy reset_state '
        'would have its state reset for that'
    )


def event_of(instance: Instance) -> EvacuationEvent:
    """Return how one with an obstacle ends: left out, or left behind."""
    row = server_states.treatment(instance.vm_state, instance.task_state)
    if row.treatment is Treatment.FAIL:
        return EvacuationEvent.GAVE_UP
    return EvacuationEvent.SKIP


def is_to_be_reset(row: Evacuation, instance: Instance) -> bool:
    """Whether nova would refuse it as it is, and the policy has a way."""
    found = server_states.treatment(instance.vm_state, instance.task_state)
    return row.reset_state and found.treatment is Treatment.RESET


def former_vm_state(row: Evacuation, instance: Instance) -> str:
    """Return what the instance was before anybody tried to evacuate it.

    A failed attempt leaves error behind, a reset of ours active.
    """
    was_reset = row.attempts > 0 and may_be_reset(row)
    if instance.vm_state == 'error' or (
        was_reset
        and instance.vm_state == 'active'
        and instance.host == row.source
    ):
        return row.vm_state
    return instance.vm_state


def expected_vm_state(
    vm_state: str, target_state: TargetState = TargetState.KEEP
) -> str:
    """Return the vm_state an instance is to end in.

    :param vm_state: what it was when its host failed.
    """
    if target_state is TargetState.STOPPED:
        return 'stopped'
    return server_states.of(vm_state).ends


def expected(row: Evacuation) -> str:
    """Return the vm_state in which this one is to end."""
    return expected_vm_state(row.vm_state, row.target_state)


def beforehand(row: Evacuation) -> str:
    """Say what is done to it before nova is asked; '' for nothing."""
    if row.reset_state and may_be_reset(row):
        return f'its state is reset first; it was {row.vm_state}'
    return ''


def left_behind(row: Evacuation) -> str:
    """Say what one that could not be evacuated was before; '' as it is."""
    if row.reset_state and may_be_reset(row):
        return f'it was {row.vm_state} before its state was reset'
    return ''


def may_be_reset(row: Evacuation) -> bool:
    """Whether it was in a state for which there is a way round."""
    former = server_states.of(row.vm_state)
    return former.treatment is Treatment.RESET


def asked_to_stop(row: Evacuation) -> bool:
    """Whether nova has to be asked to leave it stopped.

    One that was stopped stays so by itself.
    """
    return expected(row) == 'stopped' and row.vm_state != 'stopped'


def remark(row: Evacuation) -> str:
    """Return what its owner has to know about how it came back; or ''."""
    if row.target_state is TargetState.STOPPED:
        if row.vm_state == 'stopped':
            return ''
        return f'was {row.vm_state}; it is left stopped, as the policy says'
    return server_states.of(row.vm_state).remark
