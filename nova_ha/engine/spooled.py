# SPDX-License-Identifier: Apache-2.0
"""Takes spooled power-offs into the store as soon as it is back."""

import logging

from nova_ha.engine.gates import Gates
from nova_ha.engine.intake import Intake
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery import safety
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import FenceRecord
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import PowerState
from nova_ha.recovery.states import RecoveryState

LOG = logging.getLogger(__name__)

_WAITS_FOR_PROOF = frozenset(
    {RecoveryState.FENCING, RecoveryState.FENCE_FAILED}
)


class Spooled:
    """Empties the spool."""

    def __init__(
        self,
        world: World,
        intake: Intake,
        gates: Gates,
        settings: SettingsSource,
    ) -> None:
        self._spool = world.spool
        self._store = world.store
        self._hosts = world.hosts
        self._power = world.power
        self._clock = world.clock
        self._intake = intake
        self._gates = gates
        self._settings = settings

    def take_in(self) -> None:
        """Bring every waiting record into the store.

        The scan of the same turn takes the recoveries up.

        :raises StoreUnavailable: the store is still away.
        """
        for key, record in self._spool.entries():
            if self._is_in(record):
                self._intake.wish(record)
            elif not self._begin(record):
                continue
            self._spool.remove(key)

    def _begin(self, record: FenceRecord) -> bool:
        """Begin the recovery, if that is right; whether it is begun."""
        state = self._power_state(record)
        if state is None:
            return False
        if state is not PowerState.ON:
            recovery = self._intake.record(record)
        elif self._gates.seen(record.host) is Gate.SHUT:
            # Nobody can use the host: it is behind our gate. But what was
            # started before the gate was shut, nobody can tell.
            recovery = self._intake.fence_again(
                record.host,
                record.origin,
                record.reason,
                record.power_on_asked_at,
            )
        else:
            self._tell_running(record)
            return False
        LOG.warning(
            '%s was fenced at %s while the store was away; its recovery %s '
            'begins now',
            record.host,
            record.off_proof.verified_at,
            recovery.uuid,
        )
        return True

    def _is_in(self, record: FenceRecord) -> bool:
        """Whether the store knows of it: a crash came between taking it in
        and removing it, or the host has been fenced again since.

        A row that was begun while its proof went to the spool still waits
        for that proof.
        """
        newest = self._store.recoveries(host=record.host, limit=1)
        if not newest or newest[0].fencing_since < record.requested_at:
            return False
        return newest[0].state not in _WAITS_FOR_PROOF or not safety.proves(
            record.off_proof, newest[0]
        )

    def _power_state(self, record: FenceRecord) -> PowerState | None:
        """Return the power state now; None, told in the log, if it cannot
        be read: whether the old proof is good depends on it.
        """
        try:
            host = self._hosts.get(record.host)
            deadline = Deadline.after(
                self._settings().read_timeout, self._clock.monotonic
            )
            return self._power.power_state(host, deadline)
        except errors.RecoveryError as e:
            LOG.error(
                'The power-off of %s of %s waits in the spool: whether it '
                'is still off cannot be read: %s',
                record.host,
                record.off_proof.verified_at,
                e,
            )
            return None

    @staticmethod
    def _tell_running(record: FenceRecord) -> None:
        """A host seen on is no longer off, and nothing is told to nova: who
        runs there now may well have been started on purpose. Pacemaker
        fences it again if it has to be.
        """
        LOG.critical(
            '%s was fenced at %s while the store was away and runs again: '
            'its recovery is not begun. Fence it again, or remove the record '
            'from the spool',
            record.host,
            record.off_proof.verified_at,
        )
