# SPDX-License-Identifier: Apache-2.0
"""What a person may do about a spare that is on loan."""

from collections.abc import Callable

from nova_ha.engine.loan_book import LoanBook
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery import spares
from nova_ha.recovery.spares import Loan
from nova_ha.recovery.spares import LoanState

RACES = 5
"""How often a wish is written again that another write was quicker than."""


class SpareOrders:
    """Every method names who asked; that goes into the history.

    :param stir: called when there is something to do.
    """

    def __init__(
        self, world: World, book: LoanBook, stir: Callable[[], None]
    ) -> None:
        self._store = world.store
        self._hosts = world.hosts
        self._book = book
        self._stir = stir

    def give_back(self, spare: str, who: str) -> Loan:
        """Disable the spare now, and take it out when it is empty.

        :raises UnknownLoan: it is not on loan.
        """
        loan = self._write(
            spare,
            LoanState.GIVING_BACK,
            f'give-back by {who}',
            only=spares.MAY_BE_GIVEN_BACK,
        )
        self._stir()
        return loan

    def keep(self, spare: str, who: str) -> Loan:
        """End the loan and undo nothing: the host is no spare any more.

        :raises UnknownLoan: it is not on loan.
        """
        return self._write(
            spare,
            LoanState.KEPT,
            f'kept by {who}',
            only=frozenset(LoanState) - spares.ENDED,
        )

    def _write(
        self,
        spare: str,
        state: LoanState,
        message: str,
        only: frozenset[LoanState],
    ) -> Loan:
        name = self._in_nova(spare)
        for _ in range(RACES):
            found = self._store.loans(spare=name, open_only=True)
            if not found:
                raise errors.UnknownLoan(
                    f'{name} is not on loan; the list of spares shows which '
                    'are'
                )
            if found[0].state not in only:
                return found[0]  # that is what is being done
            try:
                return self._book.move(found[0], state, message)
            except (errors.StaleRecovery, errors.NotOwner):
                continue
        raise errors.StoreUnavailable(
            f'the loan of {name} is being written by others all the time'
        )

    def _in_nova(self, name: str) -> str:
        """Return nova's name; a host no longer in the file keeps its own."""
        try:
            return self._hosts.get(name).name
        except errors.UnknownHost:
            return name
