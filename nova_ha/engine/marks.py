# SPDX-License-Identifier: Apache-2.0
"""Whose doing is it? What nova-ha writes into nova, and what it finds."""

import dataclasses

from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import ServiceBefore
from nova_ha.recovery.model import ServiceMark


def mark_of(recovery: Recovery) -> ServiceMark:
    """Return what nova-ha writes into nova for this recovery."""
    return ServiceMark(recovery.uuid, recovery.requested_at)


def found(service: ComputeService) -> ServiceBefore:
    """Return how the operator had left the service.

    What carries a mark of nova-ha (of an earlier, cancelled recovery) was
    not set by the operator.
    """
    ours = ServiceMark.recovery_of(service.disabled_reason) is not None
    return ServiceBefore(
        disabled=service.disabled and not ours,
        disabled_reason=None if ours else service.disabled_reason,
        forced_down=service.forced_down and not ours,
    )


def still(before: ServiceBefore, now: ComputeService) -> ServiceBefore:
    """Return ``before`` with what the operator has set since.

    Whoever disabled the host meanwhile, for a reason of his own, wants it
    disabled: our mark must not take the place of his reason.
    """
    ours = ServiceMark.recovery_of(now.disabled_reason) is not None
    if before.disabled or not now.disabled or ours:
        return before
    return dataclasses.replace(
        before, disabled=True, disabled_reason=now.disabled_reason
    )
