# SPDX-License-Identifier: Apache-2.0
"""The tables of transitions: the only place that says what may follow what.

Both machines are plain dictionaries. :func:`advance` and
:func:`advance_evacuation` are the only ways to a new state.
"""

from collections.abc import Mapping
import types

from nova_ha.recovery import errors
from nova_ha.recovery.states import EvacuationEvent as Ev
from nova_ha.recovery.states import EvacuationState as Es
from nova_ha.recovery.states import Event as E
from nova_ha.recovery.states import RecoveryState as S

TRANSITIONS: Mapping[tuple[S, E], S] = types.MappingProxyType(
    {
        (S.REQUESTED, E.STARTED): S.FENCING,
        (S.REQUESTED, E.FENCE_REQUESTED): S.FENCING,
        (S.REQUESTED, E.CANCEL_REQUESTED): S.CANCELLED,
        # Rebuilt from the world: Pacemaker lets the host start nova-compute,
        # which it did only when the evacuations were over. From here nothing
        # is evacuated without a new off-proof.
        (S.REQUESTED, E.FOUND_EVACUATED): S.EVACUATED,
        (S.FENCING, E.FENCE_REQUESTED): S.FENCING,
        (S.FENCING, E.OFF_VERIFIED): S.FORCING_DOWN,
        (S.FENCING, E.FENCING_FAILED): S.FENCE_FAILED,
        (S.FENCE_FAILED, E.FENCE_REQUESTED): S.FENCING,
        (S.FENCE_FAILED, E.RETRY_REQUESTED): S.FENCING,
        (S.FENCE_FAILED, E.OFF_VERIFIED): S.FORCING_DOWN,
        (S.FENCE_FAILED, E.CANCEL_REQUESTED): S.CANCELLED,
        # A request repeated while the off-proof is good changes nothing; a
        # host seen running voids the proof and is fenced again.
        (S.FORCING_DOWN, E.FENCE_REQUESTED): S.FORCING_DOWN,
        (S.FORCING_DOWN, E.OFF_LOST): S.FENCING,
        (S.FORCING_DOWN, E.FORCED_DOWN): S.EVACUATING,
        (S.FORCING_DOWN, E.GUARD_HELD): S.HELD,
        (S.FORCING_DOWN, E.CANCEL_REQUESTED): S.CANCELLED,
        (S.HELD, E.FENCE_REQUESTED): S.HELD,
        (S.HELD, E.OFF_LOST): S.FENCING,
        (S.HELD, E.RELEASED): S.EVACUATING,
        (S.HELD, E.CANCEL_REQUESTED): S.CANCELLED,
        (S.EVACUATING, E.FENCE_REQUESTED): S.EVACUATING,
        (S.EVACUATING, E.OFF_LOST): S.FENCING,
        # A storm shows only with its last host: the first ones stop asking.
        (S.EVACUATING, E.GUARD_HELD): S.HELD,
        (S.EVACUATING, E.ALL_ACCOUNTED_FOR): S.EVACUATED,
        (S.EVACUATING, E.SOME_LEFT_BEHIND): S.EVACUATION_FAILED,
        (S.EVACUATION_FAILED, E.FENCE_REQUESTED): S.EVACUATION_FAILED,
        (S.EVACUATION_FAILED, E.OFF_LOST): S.FENCING,
        # Only with a new off-proof: the caller reads the power state first.
        (S.EVACUATION_FAILED, E.RETRY_REQUESTED): S.EVACUATING,
        (S.EVACUATION_FAILED, E.WAIT_OVER): S.EVACUATING,
        # The host was repaired before the rest found a place: its instances
        # go on there.
        (S.EVACUATION_FAILED, E.HOST_RETURNED): S.RETURNING,
        (S.EVACUATION_FAILED, E.CANCEL_REQUESTED): S.CANCELLED,
        (S.EVACUATED, E.FENCE_REQUESTED): S.EVACUATED,
        # Pacemaker asked for it and the host was found running.
        (S.EVACUATED, E.OFF_LOST): S.FENCING,
        # Its local disks were waited for; with a new off-proof, too.
        (S.EVACUATED, E.WAIT_OVER): S.EVACUATING,
        (S.EVACUATED, E.HOST_RETURNED): S.RETURNING,
        (S.EVACUATED, E.CANCEL_REQUESTED): S.CANCELLED,
        # It failed again on its way back: the same recovery starts over.
        (S.RETURNING, E.FENCE_REQUESTED): S.FENCING,
        (S.RETURNING, E.HOST_SERVING): S.COMPLETED,
        (S.RETURNING, E.CANCEL_REQUESTED): S.CANCELLED,
    }
)

EVACUATION_TRANSITIONS: Mapping[tuple[Es, Ev], Es] = types.MappingProxyType(
    {
        (Es.PENDING, Ev.ASKED): Es.REQUESTED,
        # A record we did not ask for (an operator was quicker) counts too.
        (Es.PENDING, Ev.RECORD_SEEN): Es.MIGRATING,
        (Es.PENDING, Ev.CONFIRMED): Es.SUCCEEDED,
        (Es.PENDING, Ev.SKIP): Es.SKIPPED,
        (Es.PENDING, Ev.GAVE_UP): Es.FAILED,
        (Es.REQUESTED, Ev.RECORD_SEEN): Es.MIGRATING,
        (Es.REQUESTED, Ev.NEVER_ACCEPTED): Es.PENDING,
        (Es.REQUESTED, Ev.CONFIRMED): Es.SUCCEEDED,
        (Es.REQUESTED, Ev.SKIP): Es.SKIPPED,
        (Es.REQUESTED, Ev.GAVE_UP): Es.FAILED,
        (Es.REQUESTED, Ev.RESTORE_BEGUN): Es.RESTORING,
        (Es.MIGRATING, Ev.CONFIRMED): Es.SUCCEEDED,
        (Es.MIGRATING, Ev.RESTORE_BEGUN): Es.RESTORING,
        (Es.MIGRATING, Ev.ATTEMPT_FAILED): Es.PENDING,
        (Es.MIGRATING, Ev.SKIP): Es.SKIPPED,
        (Es.MIGRATING, Ev.GAVE_UP): Es.FAILED,
        # Entered by the snapshot policy only.
        (Es.RESTORING, Ev.RESTORED): Es.SUCCEEDED,
        (Es.RESTORING, Ev.RESTORE_FAILED): Es.FAILED,
        (Es.RESTORING, Ev.SKIP): Es.SKIPPED,
        (Es.FAILED, Ev.RETRY): Es.PENDING,
        (Es.SKIPPED, Ev.RETRY): Es.PENDING,
        # The host failed again after an instance had come back to it.
        (Es.SUCCEEDED, Ev.RETRY): Es.PENDING,
    }
)


def advance(state: S, event: E) -> S:
    """Return the state that follows.

    :raises IllegalTransition: the event cannot happen in this state.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise errors.IllegalTransition(
            state.value,
            event.value,
            [s.value for s, e in TRANSITIONS if e is event],
        ) from None


def advance_evacuation(state: Es, event: Ev) -> Es:
    """Return the state of the evacuation that follows.

    :raises IllegalTransition: the event cannot happen in this state.
    """
    try:
        return EVACUATION_TRANSITIONS[state, event]
    except KeyError:
        raise errors.IllegalTransition(state.value, event.value) from None


def allows(state: S, event: E) -> bool:
    """Whether the event may happen in this state."""
    return (state, event) in TRANSITIONS
