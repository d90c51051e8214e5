# SPDX-License-Identifier: Apache-2.0
"""When a host that was fenced may be powered on again, pure."""

import enum

from nova_ha.recovery import states
from nova_ha.recovery.gate import EXPECTED_BACK
from nova_ha.recovery.states import RecoveryState


class PowerOnAfter(enum.Enum):
    """[engine] power_on_after: what comes before a power-on asked for."""

    EVACUATED = 'evacuated'
    """The evacuations are over."""

    AT_ONCE = 'at_once'
    """The gate holds nova-compute; without a gate, as ``evacuated``."""

    NEVER = 'never'
    """Nothing: a person powers it on."""


def is_due(policy: PowerOnAfter, state: RecoveryState, held: bool) -> bool:
    """Whether a power-on that was asked for may be done now.

    :param held: the gate is sealed and was seen shut: whatever the power
        does, nova-compute does not start.
    """
    if policy is PowerOnAfter.NEVER:
        return False
    if state in EXPECTED_BACK:
        return True
    return (
        policy is PowerOnAfter.AT_ONCE and held and state in states.NEEDS_OFF
    )


def is_moot(state: RecoveryState) -> bool:
    """Whether the host is back, so that nothing is left to be done."""
    return state is RecoveryState.RETURNING or state in states.FINAL
