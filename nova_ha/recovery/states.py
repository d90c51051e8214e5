# SPDX-License-Identifier: Apache-2.0
"""The words a recovery is told in: states and events, nothing executable.

What may follow what is said in one place only: :mod:`.lifecycle`.
"""

import enum


class RecoveryState(enum.Enum):
    """Where the recovery of one failed host stands.

    Acting states are gerunds: somebody works on them, there is a deadline,
    and a restart takes the work up again. Resting states are past
    participles: they wait for the world or for a person.
    """

    REQUESTED = 'requested'
    """Recorded; nothing has been done yet."""

    FENCING = 'fencing'
    """The power-off is under way; off has not been verified."""

    FENCE_FAILED = 'fence_failed'
    """Off could not be verified, so nothing is evacuated."""

    FORCING_DOWN = 'forcing_down'
    """Off is verified; nova is being told, again and again until it knows."""

    HELD = 'held'
    """Off and forced down, but a guard holds the evacuations back."""

    EVACUATING = 'evacuating'
    """Instances are being rebuilt on other hosts."""

    EVACUATION_FAILED = 'evacuation_failed'
    """Some instances stayed behind, each with its reason."""

    EVACUATED = 'evacuated'
    """Every instance is accounted for; the host is still away."""

    RETURNING = 'returning'
    """The host is back and is being made usable again."""

    COMPLETED = 'completed'
    """The host serves again, or the operator keeps it out: the end."""

    CANCELLED = 'cancelled'
    """An operator ended the recovery; what nova was told stays told."""


class Event(enum.Enum):
    """What can happen to a recovery."""

    STARTED = 'started'
    """The engine took the request up."""

    OFF_VERIFIED = 'off_verified'
    """A fresh read (or a person, on the record) says the host is off."""

    FENCING_FAILED = 'fencing_failed'
    """Off could not be verified before the deadline."""

    FENCE_REQUESTED = 'fence_requested'
    """Pacemaker asks (again) that the host be fenced."""

    OFF_LOST = 'off_lost'
    """The host was seen running before it was let return."""

    FORCED_DOWN = 'forced_down'
    """Nova says that the host's nova-compute is down and disabled."""

    GUARD_HELD = 'guard_held'
    """A guard holds the evacuations of this recovery back."""

    RELEASED = 'released'
    """The guard cleared, or an operator overruled it."""

    ALL_ACCOUNTED_FOR = 'all_accounted_for'
    """Every evacuation has succeeded or was skipped with a reason."""

    SOME_LEFT_BEHIND = 'some_left_behind'
    """No evacuation is open any more and at least one has failed."""

    RETRY_REQUESTED = 'retry_requested'
    """An operator asks for another try."""

    HOST_RETURNED = 'host_returned'
    """nova-compute reports from the host again."""

    HOST_SERVING = 'host_serving'
    """All that nova-ha had set is undone and nova calls the host up."""

    FOUND_EVACUATED = 'found_evacuated'
    """The store had lost the recovery of a host on its way back."""

    WAIT_OVER = 'wait_over'
    """Instances have waited for their host as long as they should."""

    CANCEL_REQUESTED = 'cancel_requested'
    """An operator ends the recovery."""


class EvacuationState(enum.Enum):
    """Where the evacuation of one instance stands.

    Nova's migration record is the truth about it.
    """

    PENDING = 'pending'
    """Not asked yet, or to be asked again after a failed attempt."""

    REQUESTED = 'requested'
    """Written down before nova is asked; its record is not seen yet."""

    MIGRATING = 'migrating'
    """Nova has a migration record for it."""

    RESTORING = 'restoring'
    """Evacuated; a snapshot is being put back."""

    SUCCEEDED = 'succeeded'
    """Runs (or rests) elsewhere in the state it had."""

    FAILED = 'failed'
    """Stayed behind; the reason is nova's own."""

    SKIPPED = 'skipped'
    """Not evacuated on purpose, or gone meanwhile; the reason says why."""


class EvacuationEvent(enum.Enum):
    """What can happen to the evacuation of one instance."""

    ASKED = 'asked'
    """The engine is about to send the evacuate request."""

    RECORD_SEEN = 'record_seen'
    """Nova shows a migration record for the request."""

    NEVER_ACCEPTED = 'never_accepted'
    """Nova refused, or no record appeared in the settling time."""

    ATTEMPT_FAILED = 'attempt_failed'
    """The migration ended badly; another attempt is allowed."""

    CONFIRMED = 'confirmed'
    """Migration over and the server is elsewhere in the expected state."""

    RESTORE_BEGUN = 'restore_begun'
    """Evacuated; its snapshot is to be put back now."""

    RESTORED = 'restored'
    """The server runs (or rests) from its snapshot."""

    RESTORE_FAILED = 'restore_failed'
    """The snapshot could not be put back; the text says what is there."""

    GAVE_UP = 'gave_up'
    """The last attempt failed or the time is up."""

    SKIP = 'skip'
    """Policy, its state, or its deletion leave nothing to evacuate."""

    RETRY = 'retry'
    """Another try of a failed evacuation is asked for."""


class TargetState(enum.Enum):
    """What an instance shall be after its evacuation."""

    KEEP = 'keep'
    """What it was: running or stopped (nova up to 2.94)."""

    STOPPED = 'stopped'
    """Stopped, for its owner to start (nova from 2.95)."""


class StorageClass(enum.Enum):
    """Where the disks of an instance are."""

    VOLUME = 'volume'
    """All on volumes: nothing is lost with the host."""

    SHARED = 'shared'
    """On storage that all hosts share, by the operator's word."""

    LOCAL = 'local'
    """At least one on the host that failed."""


class DiskPolicy(enum.Enum):
    """What is done about an instance with a local disk."""

    LEAVE = 'leave'
    """It waits for its host."""

    WAIT = 'wait'
    """It waits for its host for a time; then another of these is done."""

    REBUILD = 'rebuild'
    """It begins elsewhere from its image; what it had written is lost."""

    SNAPSHOT = 'snapshot'
    """Elsewhere its newest snapshot is put back."""


class PowerState(enum.Enum):
    """What a fresh read of the BMC says."""

    ON = 'on'
    OFF = 'off'
    UNKNOWN = 'unknown'
    """The driver cannot tell; never taken as off."""


class OffBy(enum.Enum):
    """What proves a host off that a person wants recovered."""

    DRIVER = 'driver'
    """Its drivers power it off, and a fresh read verifies that."""

    CONFIRMED = 'confirmed'
    """The person's word."""


class Gate(enum.Enum):
    """What a node's permanent attribute lets Pacemaker start there.

    While it is shut, a location rule keeps the compute services away. The
    values are those of the attribute; an open gate has no attribute.
    """

    OPEN = ''
    """No incident: Pacemaker does as it likes."""

    SHUT = 'shut'
    """Nothing of nova may start: the host's instances are going elsewhere."""

    AJAR = 'ajar'
    """nova-compute may start, though nova still calls the host down."""


class MigrationStatus(enum.Enum):
    """Status of nova's evacuation record (os-migrations), as nova names it.

    Source: nova 34, measured; see ``compute/manager.py`` for the moves.
    """

    ACCEPTED = 'accepted'
    PRE_MIGRATING = 'pre-migrating'
    DONE = 'done'
    COMPLETED = 'completed'
    FAILED = 'failed'
    ERROR = 'error'
    OTHER = 'other'
    """A status this release does not know; taken as under way."""


ACTING = frozenset(
    {
        RecoveryState.FENCING,
        RecoveryState.FORCING_DOWN,
        RecoveryState.EVACUATING,
        RecoveryState.RETURNING,
    }
)
"""Somebody works on these; after a restart the work is taken up again."""

FINAL = frozenset({RecoveryState.COMPLETED, RecoveryState.CANCELLED})
"""Nothing follows these."""

RESTING = frozenset(RecoveryState) - ACTING - FINAL
"""These wait for the world or for a person."""

NEEDS_SOMEBODY = frozenset(
    {
        RecoveryState.FENCE_FAILED,
        RecoveryState.HELD,
        RecoveryState.EVACUATION_FAILED,
    }
)
"""People are called when one of these is entered."""

NEEDS_OFF = frozenset(
    {
        RecoveryState.FORCING_DOWN,
        RecoveryState.HELD,
        RecoveryState.EVACUATING,
    }
)
"""States that may be in only while the off-proof is good."""

KNOWN_OFF = NEEDS_OFF | {
    RecoveryState.EVACUATED,
    RecoveryState.EVACUATION_FAILED,
}
"""States of a host that has been proven off and is not taken back."""

EVACUATION_OPEN = frozenset(
    {
        EvacuationState.REQUESTED,
        EvacuationState.MIGRATING,
        EvacuationState.RESTORING,
    }
)
"""Nova may be working on these: they fill the window."""

EVACUATION_ENDED = frozenset(
    {
        EvacuationState.SUCCEEDED,
        EvacuationState.FAILED,
        EvacuationState.SKIPPED,
    }
)

MIGRATION_UNDER_WAY = frozenset(
    {
        MigrationStatus.ACCEPTED,
        MigrationStatus.PRE_MIGRATING,
        MigrationStatus.OTHER,
    }
)
"""Nova works on it: never ask for the instance a second time."""

MIGRATION_BLOCKS_RETURN = MIGRATION_UNDER_WAY | {MigrationStatus.DONE}
"""Left on a host, such a record lets a later restart of nova-compute destroy
a guest that came back to it (nova 34, measured)."""
