# SPDX-License-Identifier: Apache-2.0
"""Takes spooled power-offs into the store as soon as it is back."""

import logging

from nova_ha.engine.intake import Intake
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery import safety
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import FenceRecord
from nova_ha.recovery.states import PowerState
from nova_ha.recovery.states import RecoveryState

LOG = logging.getLogger(__name__)

_WAITS_FOR_PROOF = frozenset(
    {RecoveryState.FENCING, RecoveryState.FENCE_FAILED}
)


class Spooled:
    """Empties the spool."""

    def __init__(
        self, world: World, intake: Intake, settings: SettingsSource
    ) -> None:
        self._spool = world.spool
        self._store = world.store
        self._hosts = world.hosts
        self._power = world.power
        self._clock = world.clock
        self._intake = intake
        self._settings = settings

    def take_in(self) -> None:
        """Bring every waiting record into the store.

        The scan of the same turn takes the recoveries up.

        :raises StoreUnavailable: the store is still away.
        """
        for key, record in self._spool.entries():
            if not self._is_in(record):
                if not self._still_off(record):
                    continue
                recovery = self._intake.record(record)
                LOG.warning(
                    '%s was fenced at %s while the store was away; its '
                    'recovery %s begins now',
                    record.host,
                    record.off_proof.verified_at,
                    recovery.uuid,
                )
            self._spool.remove(key)

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

    def _still_off(self, record: FenceRecord) -> bool:
        """Whether the old proof is good; a host seen on is no longer off.

        Then nothing is told to nova: who runs there now may well have been
        started on purpose. Pacemaker fences it again if it has to be.
        """
        try:
            host = self._hosts.get(record.host)
            deadline = Deadline.after(
                self._settings().read_timeout, self._clock.monotonic
            )
            state = self._power.power_state(host, deadline)
        except errors.RecoveryError as e:
            LOG.error(
                'The power-off of %s of %s waits in the spool: whether it '
                'is still off cannot be read: %s',
                record.host,
                record.off_proof.verified_at,
                e,
            )
            return False
        if state is PowerState.ON:
            LOG.critical(
                '%s was fenced at %s while the store was away and runs '
                'again: its recovery is not begun. Fence it again, or '
                'remove the record from the spool',
                record.host,
                record.off_proof.verified_at,
            )
            return False
        return True
