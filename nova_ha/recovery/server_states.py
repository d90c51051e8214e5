# SPDX-License-Identifier: Apache-2.0
"""What becomes of an instance in each state that nova knows: two tables.

Source: nova 34, tried in process (tests/functional/nova/test_states.py). It
evacuates what is active, stopped or in error, whatever its task_state; all
else it refuses with 409. ``os-resetState`` is the way round: the operator's
policy may allow it. What the guest had in memory is lost with the host in
any case; a disk on shared storage or a volume is as it was.

The admin guide's page on server states shows these tables.
"""

from collections.abc import Mapping
import dataclasses
import enum
import types

UNKNOWN = 'unknown'
"""What the gateway says where a cell gives no state."""


class Treatment(enum.Enum):
    """What is done about an instance in a state."""

    EVACUATE = 'evacuate'
    """Nova is asked as it is."""

    RESET = 'reset'
    """Nova refuses it. Where the policy says so, its state is reset, it is
    evacuated, and brought as near to its former state as nova can."""

    SKIP = 'skip'
    """There is nothing to evacuate, or nothing that could be."""

    FAIL = 'fail'
    """Somebody has to look first."""


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A line of a table.

    :ivar because: why nova refuses it, or why it is not asked.
    :ivar ends: the vm_state in which it ends when it is evacuated.
    :ivar remark: what its owner has to know when it has been.
    """

    treatment: Treatment
    because: str = ''
    ends: str = 'active'
    remark: str = ''


VM_STATES: Mapping[str, Row] = types.MappingProxyType(
    {
        'active': Row(Treatment.EVACUATE),
        'stopped': Row(Treatment.EVACUATE, ends='stopped'),
        'error': Row(Treatment.EVACUATE),
        'paused': Row(
            Treatment.RESET,
            'it is paused',
            ends='paused',
            remark='was booted anew and paused again',
        ),
        'suspended': Row(
            Treatment.RESET,
            'it is suspended',
            ends='stopped',
            remark='was suspended; that memory is lost, so it is stopped',
        ),
        'rescued': Row(
            Treatment.RESET,
            'it is rescued',
            ends='stopped',
            remark='was rescued; it is stopped, to be rescued once more',
        ),
        'resized': Row(
            Treatment.RESET,
            'its resize waits to be confirmed',
            remark='its resize can no longer be confirmed nor reverted; what '
            'it left on the host that it came from is to be removed by hand',
        ),
        'shelved': Row(
            Treatment.RESET,
            'it is shelved',
            ends='stopped',
            remark='was shelved, which left an image; it is stopped',
        ),
        'shelved_offloaded': Row(
            Treatment.SKIP, 'it is shelved and on no host: unshelve it'
        ),
        'building': Row(
            Treatment.SKIP,
            'it was still being built: delete it and create it once more',
        ),
        'soft-delete': Row(
            Treatment.SKIP, 'it is deleted and waits to be reclaimed'
        ),
        'deleted': Row(Treatment.SKIP, 'it is deleted'),
        UNKNOWN: Row(
            Treatment.FAIL,
            'vm_state unknown, the database of its cell does not answer',
        ),
    }
)
"""By vm_state; nova's, and UNKNOWN."""

TASK_STATES: Mapping[str, Row] = types.MappingProxyType(
    {
        'deleting': Row(Treatment.SKIP, 'it is being deleted'),
        'soft-deleting': Row(Treatment.SKIP, 'it is being deleted'),
        # Nova changes the host of an instance only after its guest has gone
        # on at the target. Nova itself would evacuate it: two copies.
        'migrating': Row(
            Treatment.FAIL,
            'it was being migrated live, so its guest may run on the target '
            'of that migration: look there, end it, set its state (openstack '
            'server set --state active), and retry',
        ),
    }
)
"""By task_state, where that matters more than the vm_state. Every other one
was cut short by the power-off: nova overwrites it."""


def treatment(vm_state: str, task_state: str | None) -> Row:
    """Return the line that decides about an instance."""
    by_state = of(vm_state)
    by_task = TASK_STATES.get(task_state or '')
    if by_task is None:
        return by_state
    if (
        by_state.treatment is Treatment.SKIP
        and by_task.treatment is Treatment.FAIL
    ):
        return by_state  # it could not be evacuated anyhow: calls nobody
    return by_task


def of(vm_state: str) -> Row:
    """Return the line of a vm_state, also of one this release does not
    know.
    """
    return VM_STATES.get(vm_state) or Row(
        Treatment.SKIP, f'vm_state {vm_state} is not known to nova-ha'
    )
