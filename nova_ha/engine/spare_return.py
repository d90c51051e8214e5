# SPDX-License-Identifier: Apache-2.0
"""Gives spares back: disabled first, and out of the aggregates when empty.

Only what the undo list names is undone, and only where it is still as we had
left it. A spare with instances stays as it is: nova would not let it out of
their zone, and nobody has asked for them to be moved.
"""

import dataclasses
import logging

from nova_ha.engine.incoming import Incoming
from nova_ha.engine.loan_book import LoanBook
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery import spares
from nova_ha.recovery.spares import Due
from nova_ha.recovery.spares import Joined
from nova_ha.recovery.spares import Loan
from nova_ha.recovery.spares import LoanState

LOG = logging.getLogger(__name__)

LOOK_AGAIN = 2.0
"""Seconds between two looks while something is under way."""

SELDOM = 30.0
"""Seconds between two looks at what may take days. Whatever happens to the
recovery brings the next one forward."""

SETTLES = 5.0
"""Seconds that nova's scheduler may still send to a host that has just been
disabled: what it had chosen before is on its way."""

NAMED = 3
"""How many instances a message names before it only counts."""

Next = tuple[Loan, float]
"""The loan as it is now, and in how many seconds to look again."""


class SpareReturn:
    """Sees to spares that are lent, in use, or on their way back."""

    def __init__(self, world: World, book: LoanBook) -> None:
        self._store = world.store
        self._compute = world.compute
        self._clock = world.clock
        self._incoming = Incoming(world.store, world.compute)
        self._book = book
        self._used: set[str] = set()
        self._disabled_at: dict[str, float] = {}

    def lent(self, loan: Loan) -> Next:
        """See whether it is still needed.

        :raises ComputeError: nova could not be asked.
        """
        recovery = self._store.get(loan.recovery)
        what = spares.due(recovery.state)
        if what is Due.NOTHING:
            self._used.discard(loan.uuid)
            return loan, SELDOM
        if what is Due.UNLESS_USED and loan.uuid in self._used:
            return loan, SELDOM
        used = self._used_by(loan.spare)
        if not used:
            why = (
                'nothing has landed on it'
                if what is Due.UNLESS_USED
                else f'the recovery of {loan.host} is {recovery.state.value}'
            )
            return self._book.move(loan, LoanState.GIVING_BACK, why), 0.0
        if what is Due.UNLESS_USED:
            self._used.add(loan.uuid)
            return self._book.say(loan, used), SELDOM
        return self._book.move(loan, LoanState.IN_USE, used), 0.0

    def in_use(self, loan: Loan) -> Next:
        """See whether it has become empty.

        :raises ComputeError: nova could not be asked.
        """
        used = self._used_by(loan.spare)
        if not used:
            return (
                self._book.move(
                    loan, LoanState.GIVING_BACK, 'it is empty again'
                ),
                0.0,
            )
        self._book.alarm(
            loan,
            f'{loan.spare} is no spare while it is in use. Move its instances '
            f'away, or keep it (nova-ha-manage spare keep {loan.spare})',
        )
        return self._book.say(loan, used), SELDOM

    def give_back(self, loan: Loan) -> Next:
        """Undo what the undo list names; may be run again at any time.

        :raises ComputeError: nova could not be asked, or refused.
        """
        if self._store.active(loan.spare) is not None:
            waits = f'waits until the recovery of {loan.spare} is over'
            return self._book.say(loan, waits), LOOK_AGAIN
        if loan.undo.enabled:
            loan = self._disable(loan)
        joined = self._still_in(loan)
        if joined:
            wait = self._until_settled(loan)
            if wait > 0:
                return loan, wait
            used = self._used_by(loan.spare)
            if used:
                waits = f'disabled, leaves its aggregates when empty: {used}'
                return self._book.say(loan, waits), LOOK_AGAIN
            for aggregate in joined:
                self._leave(loan, aggregate)
        named = ', '.join(j.name for j in joined)
        message = 'a spare again' + (f', out of {named}' if named else '')
        return self._book.move(loan, LoanState.RETURNED, message), 0.0

    def forget(self, uuid: str) -> None:
        """The loan has ended."""
        self._used.discard(uuid)
        self._disabled_at.pop(uuid, None)

    def _disable(self, loan: Loan) -> Loan:
        """Disable it as the operator had it; whoever was quicker is right."""
        try:
            service = self._compute.service(loan.spare)
        except errors.ComputeNotFound as e:
            LOG.info('%s is not disabled: %s', loan.spare, e)
        else:
            if not service.disabled:
                self._compute.disable(service, loan.undo.disabled_reason)
        # Enabled by anybody after this, it stays enabled.
        undo = dataclasses.replace(loan.undo, enabled=False)
        return self._book.amend(loan, undo=undo)

    def _still_in(self, loan: Loan) -> list[Joined]:
        if not loan.undo.joined:
            return []
        is_in = {
            a.id for a in self._compute.aggregates() if loan.spare in a.hosts
        }
        return [j for j in loan.undo.joined if j.id in is_in]

    def _until_settled(self, loan: Loan) -> float:
        now = self._clock.monotonic()
        since = self._disabled_at.setdefault(loan.uuid, now)
        return since + SETTLES - now

    def _used_by(self, spare: str) -> str:
        """Say what runs on it or is coming; '' when nothing is."""
        found = [i.name or i.uuid for i in self._compute.instances(spare)]
        found += [e.name for e in self._incoming.going_to(spare)]
        if not found:
            return ''
        more = len(found) - NAMED
        return f'{len(found)} on {spare}: {", ".join(found[:NAMED])}' + (
            f' and {more} more' if more > 0 else ''
        )

    def _leave(self, loan: Loan, joined: Joined) -> None:
        try:
            self._compute.remove_from_aggregate(joined.id, loan.spare)
        except errors.ComputeNotFound as e:
            LOG.info('%s is out of it already: %s', loan.spare, e)
