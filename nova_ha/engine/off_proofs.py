# SPDX-License-Identifier: Apache-2.0
"""Off-proofs that the engine makes of a read or a word, and takes back."""

import datetime

from nova_ha.engine.journal import Journal
from nova_ha.recovery import ports
from nova_ha.recovery import safety
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import Event


def of_read(host: Host, at: datetime.datetime, why: str) -> OffProof:
    """Return the proof that a host is off which has just been read off.

    :param at: before the read began.
    :param why: what it was read for.
    """
    return OffProof(
        host=host.name,
        method=' or '.join(dict.fromkeys(host.drivers)),
        witness=f'power state read again for {why}',
        verified_at=at,
        was_running=False,
    )


def of_word(host: str, who: str, at: datetime.datetime) -> OffProof:
    """Return the proof that a host is off which is a person's word."""
    return OffProof(
        host=host,
        method='confirmed',
        witness=f'confirmed by {who}',
        verified_at=at,
    )


class OffProofs:
    """Sends a recovery back to its fencing."""

    def __init__(
        self, store: ports.RecoveryStore, journal: Journal, clock: ports.Clock
    ) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock

    def void(self, recovery: Recovery, why: str) -> None:
        """Have the host fenced again before anything more is evacuated.

        Nothing happens if it has been fenced again, or let back, since the
        recovery was read.
        """
        current = self._store.get(recovery.uuid)
        if current.off_proof != recovery.off_proof:
            return
        if not safety.voids_proof(current.state, gate_shut=False):
            return
        voided = self._journal.move(
            current,
            Event.OFF_LOST,
            message=why,
            off_proof=None,
            fencing_since=self._clock.now(),
        )
        self._journal.alarm(voided, why)
