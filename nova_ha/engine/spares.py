# SPDX-License-Identifier: Apache-2.0
"""Lends spares to recoveries and takes them back, round by round.

A round compares the loans on record with the recoveries and with nova, and
takes the next step of each. A crash between any two steps, a lost event or
another controller are all answered by the next round.
"""

from collections.abc import Sequence
import contextlib
import datetime
import logging
import threading

from nova_ha.engine.loan_book import LoanBook
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.spare_return import Next
from nova_ha.engine.spare_return import SpareReturn
from nova_ha.engine.spare_taking import SpareTaking
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery import spares
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.spares import Loan
from nova_ha.recovery.spares import LoanState
from nova_ha.recovery.states import RecoveryState

LOG = logging.getLogger(__name__)

TROUBLE_AGAIN = 5.0
"""Seconds until a step is tried again that nova refused or did not answer."""

STEPS = 8
"""More steps than a loan takes in one round."""


class Spares:
    """A periodic loop; see :meth:`turn`."""

    def __init__(
        self, world: World, book: LoanBook, settings: SettingsSource
    ) -> None:
        self._hosts = world.hosts
        self._store = world.store
        self._clock = world.clock
        self._settings = settings
        self._book = book
        self._taking = SpareTaking(world, book, settings)
        self._return = SpareReturn(world, book)
        self._due: dict[str, float] = {}
        self._stirred = threading.Event()

    def stir(self, recovery: Recovery) -> bool:
        """Note that a recovery has moved; return whether to look soon.

        Never waits. Until the evacuations have begun there is nothing here
        that nova or the store should have to answer.
        """
        self.stir_all()
        begun = recovery.state is RecoveryState.EVACUATING
        return begun or spares.due(recovery.state) is not spares.Due.NOTHING

    def stir_all(self) -> None:
        """Look at every loan in the next round."""
        self._stirred.set()

    def turn(self) -> None:
        """Take the next step of each loan that is ours to see to.

        :raises StoreUnavailable: the store is away.
        """
        if self._stirred.is_set():
            self._stirred.clear()
            self._due.clear()
        reserved = any(host.reserved for host in self._hosts.all())
        loans = self._store.loans(open_only=True)
        if not reserved and not loans:
            return
        ours = list(self._claim(loans))
        if reserved:
            ours += self._take()
        for loan in ours:
            if self._due.get(loan.uuid, 0.0) <= self._clock.monotonic():
                self._see_to(loan)

    def _claim(self, loans: Sequence[Loan]) -> Sequence[Loan]:
        """Return the loans that are ours, leased for a while to come.

        A spare may be lent for days, so the lease is not renewed each time.
        """
        settings = self._settings()
        until = self._clock.now() + datetime.timedelta(
            seconds=settings.lease / 3
        )
        ours = [loan for loan in loans if loan.owner == settings.owner]
        if len(ours) == len(loans) and all(
            loan.lease_expires_at and loan.lease_expires_at > until
            for loan in ours
        ):
            return ours
        return self._store.claim_loans(settings.owner, settings.lease)

    def _take(self) -> Sequence[Loan]:
        """Begin a loan for each recovery of ours that needs a spare."""
        taken = []
        for recovery in self._store.recoveries(active=True):
            if recovery.state is not RecoveryState.EVACUATING:
                self._taking.forget(recovery.uuid)
            elif recovery.owner == self._settings().owner:
                loan = self._take_for(recovery)
                if loan is not None:
                    taken.append(loan)
        return taken

    def _take_for(self, recovery: Recovery) -> Loan | None:
        try:
            return self._taking.take(recovery)
        except errors.StoreUnavailable:
            raise
        except errors.RecoveryError as e:
            LOG.warning('No spare for %s yet: %s', recovery.host, e)
            return None

    def _see_to(self, loan: Loan) -> None:
        """Take steps until one waits."""
        try:
            for _ in range(STEPS):
                if loan.state in spares.ENDED:
                    self._forget(loan.uuid)
                    return
                loan, after = self._step(loan)
                if after > 0:
                    self._wait(loan, after)
                    return
        except (errors.StaleRecovery, errors.NotOwner, errors.UnknownLoan):
            LOG.debug('The loan of %s has moved on', loan.spare)
        except errors.StoreUnavailable:
            raise
        except errors.RecoveryError as e:
            self._trouble(loan, e)
        except Exception as e:  # a defect must not stop the others
            LOG.exception('The loan of %s: its step broke off', loan.spare)
            self._trouble(loan, e)

    def _step(self, loan: Loan) -> Next:
        if loan.state is LoanState.TAKING:
            return self._taking.go_on(loan), 0.0
        if loan.state is LoanState.LENT:
            return self._return.lent(loan)
        if loan.state is LoanState.IN_USE:
            return self._return.in_use(loan)
        return self._return.give_back(loan)

    def _wait(self, loan: Loan, seconds: float) -> None:
        self._due[loan.uuid] = self._clock.monotonic() + seconds
        self._alarm_if_late(loan, loan.message)

    def _trouble(self, loan: Loan, error: Exception) -> None:
        LOG.warning('The spare %s: %s', loan.spare, error)
        self._due[loan.uuid] = self._clock.monotonic() + TROUBLE_AGAIN
        self._alarm_if_late(loan, str(error))
        for now in self._store.loans(spare=loan.spare, open_only=True):
            with contextlib.suppress(errors.StaleRecovery, errors.NotOwner):
                self._book.say(now, str(error))

    def _alarm_if_late(self, loan: Loan, why: str) -> None:
        """Call for a person when a step takes longer than it may."""
        settings = self._settings()
        seconds, what = {
            LoanState.TAKING: (settings.force_down_alarm, 'enabled'),
            LoanState.GIVING_BACK: (settings.spare_return_alarm, 'given back'),
        }.get(loan.state, (float('inf'), ''))
        age = (self._clock.now() - loan.state_since).total_seconds()
        if age >= seconds:
            self._book.alarm(
                loan,
                f'the spare {loan.spare} could not be {what} for '
                f'{seconds:.0f} s: {why}',
            )

    def _forget(self, uuid: str) -> None:
        self._due.pop(uuid, None)
        self._book.forget(uuid)
        self._return.forget(uuid)
