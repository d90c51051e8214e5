# SPDX-License-Identifier: Apache-2.0
"""Why an instance that nova could evacuate stays where it is."""

from nova_ha.recovery.model import Decision
from nova_ha.recovery.model import Instance
from nova_ha.recovery.states import DiskPolicy


def reason(instance: Instance, decision: Decision) -> str | None:
    """Return why it is not evacuated, for its row; None if it is."""
    if not decision.evacuate:
        why = decision.because.get('evacuate', 'it was decided so')
        return f'it is not evacuated: {why}'
    if decision.disk is DiskPolicy.LEAVE:
        return _left(instance, decision)
    return None


def _left(instance: Instance, decision: Decision) -> str:
    lost = (
        'the data on its ephemeral disk would be lost'
        if instance.image is None
        else 'it would begin anew from its image, and all data on its local '
        'disks would be lost'
    )
    storage = decision.because.get('storage', 'it has local disks')
    disk = decision.because.get('disk', 'it was decided so')
    return (
        f'it is left for its host ({storage}; disk leave: {disk}). If it '
        f'were evacuated, {lost}. Where that is right, set disk to rebuild, '
        'snapshot or wait for it; where its disks are on storage that all '
        'hosts share, set storage to shared'
    )
