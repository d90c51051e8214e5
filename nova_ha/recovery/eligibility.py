# SPDX-License-Identifier: Apache-2.0
"""Which instances nova can evacuate at all, and why not the others.

Source: nova 34, measured: evacuate is accepted in vm_state active, stopped
and error; in every other state nova answers 409. Policies that find a way
round are not decided here.
"""

from nova_ha.recovery.model import Instance

EVACUABLE = frozenset({'active', 'stopped', 'error'})

_REFUSED = {
    'paused': 'it is paused',
    'suspended': 'it is suspended',
    'rescued': 'it is rescued',
    'resized': 'its resize waits to be confirmed',
    'shelved': 'it is shelved',
    'shelved_offloaded': 'it is shelved and on no host',
    'building': 'it was still being built',
    'soft-delete': 'it is deleted and waits to be reclaimed',
    'deleted': 'it is deleted',
}

UNKNOWN = 'unknown'
"""What the gateway says where a cell gives no state."""


def obstacle(instance: Instance) -> str | None:
    """Return why nova will not evacuate the instance; None if it will."""
    if instance.task_state == 'deleting':
        return 'it is being deleted'
    if instance.vm_state in EVACUABLE:
        return None
    known = _REFUSED.get(instance.vm_state)
    if known is not None:
        return f'nova does not evacuate it: {known}'
    return f'nova does not evacuate in vm_state {instance.vm_state}'


def expected_vm_state(vm_state: str) -> str:
    """Return the vm_state an instance ends in when asked at <= 2.94."""
    return 'stopped' if vm_state == 'stopped' else 'active'
