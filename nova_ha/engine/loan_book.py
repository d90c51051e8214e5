# SPDX-License-Identifier: Apache-2.0
"""Writes what happens to loans: state, the recovery's history, alarms."""

import dataclasses
import logging
from typing import Any

from nova_ha.engine.conductor import gist
from nova_ha.engine.journal import Journal
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.world import World
from nova_ha.recovery import spares
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import RecoveryEvent
from nova_ha.recovery.spares import Loan
from nova_ha.recovery.spares import LoanState

LOG = logging.getLogger(__name__)


class LoanBook:
    """The only writer of loans.

    A row is written in the name of whoever sees to it, so that a person's
    word may come to any controller; the generation tells who was first.
    """

    def __init__(
        self, world: World, journal: Journal, settings: SettingsSource
    ) -> None:
        self._store = world.store
        self._clock = world.clock
        self._journal = journal
        self._settings = settings
        self._told: dict[str, str] = {}

    def open(self, loan: Loan, recovery: Recovery) -> Loan:
        """Write a loan down, before anything is changed for it.

        :raises SpareTaken: somebody else was quicker.
        :raises NotOwner: another controller drives the recovery by now.
        """
        settings = self._settings()
        line = self._line(recovery, loan)
        opened = self._store.take_spare(
            loan, settings.owner, settings.lease, [line]
        )
        _log(opened)
        return opened

    def move(
        self, loan: Loan, state: LoanState, message: str, **changes: Any
    ) -> Loan:
        """Bring the loan into another state and tell it in the history.

        :raises StaleRecovery: somebody else changed it first.
        """
        now = self._clock.now()
        if state in spares.ENDED:
            changes.setdefault('returned_at', now)
        moved = dataclasses.replace(
            loan, state=state, state_since=now, message=message, **changes
        )
        line = self._line(self._store.get(loan.recovery), moved)
        saved = self._store.save_loan(moved, self._writer(loan), [line])
        _log(saved)
        return saved

    def amend(self, loan: Loan, **changes: Any) -> Loan:
        """Write fields that change without an event."""
        changed = dataclasses.replace(loan, **changes)
        return self._store.save_loan(changed, self._writer(loan))

    def say(self, loan: Loan, message: str) -> Loan:
        """Let whoever looks at the loan see what it waits for."""
        if gist(message) == gist(loan.message):
            return loan
        return self.amend(loan, message=message)

    def alarm(self, loan: Loan, message: str) -> None:
        """Call for a person; once for the same words."""
        if self._told.get(loan.uuid) == gist(message):
            return
        self._journal.alarm(self._store.get(loan.recovery), message)
        self._told[loan.uuid] = gist(message)

    def forget(self, uuid: str) -> None:
        """The loan has ended."""
        self._told.pop(uuid, None)

    def _line(self, recovery: Recovery, loan: Loan) -> RecoveryEvent:
        return RecoveryEvent(
            recovery=recovery.uuid,
            at=loan.state_since,
            name=f'spare_{loan.state.value}',
            state=recovery.state,
            message=f'{loan.spare}: {loan.message}',
        )

    def _writer(self, loan: Loan) -> str:
        return loan.owner or self._settings().owner


def _log(loan: Loan) -> None:
    LOG.info(
        'Spare %s of %s: %s. %s',
        loan.spare,
        loan.host,
        loan.state.value,
        loan.message,
    )
