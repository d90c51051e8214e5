# SPDX-License-Identifier: Apache-2.0
"""Takes spares: on record first, then into the aggregates, then enabled.

In this order: a host that is enabled before it is in the failed host's zone
may be given instances of another zone at once, and then nova does not let it
into this one any more. All of it runs beside the evacuations, which wait for
no spare.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import logging
import uuid

from nova_ha.engine.loan_book import LoanBook
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery import spares
from nova_ha.recovery import states
from nova_ha.recovery.model import Aggregate
from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import RecoveryEvent
from nova_ha.recovery.spares import Joined
from nova_ha.recovery.spares import Loan
from nova_ha.recovery.spares import LoanState

LOG = logging.getLogger(__name__)

CONFLICT = 409

NONE_AGAIN = 10.0
"""Seconds until it is seen again whether there is a spare after all."""


class SpareTaking:
    """Finds a spare for a recovery, and has nova use it."""

    def __init__(
        self, world: World, book: LoanBook, settings: SettingsSource
    ) -> None:
        self._hosts = world.hosts
        self._store = world.store
        self._compute = world.compute
        self._notifier = world.notifier
        self._clock = world.clock
        self._book = book
        self._settings = settings
        self._again: dict[str, float] = {}
        self._none_told: set[tuple[str, object]] = set()
        self._unanswered: set[tuple[str, int]] = set()

    def take(self, recovery: Recovery) -> Loan | None:
        """Write down the loan of a spare, if one is needed and there is one.

        :raises ComputeError: nova could not be asked.
        """
        settings = self._settings()
        if self._again.get(recovery.uuid, 0.0) > self._clock.monotonic():
            return None
        loans = self._store.loans(recovery=recovery.uuid)
        wishes = spares.Wishes(
            settings.spares_per_host,
            settings.spares_anywhere,
            settings.spares_reason,
        )
        if not spares.missing(wishes, recovery.state_since, loans):
            return None
        if not self._has_instances(recovery):
            return None
        services = {s.host: s for s in self._compute.services()}
        aggregates = self._compute.aggregates()
        choice = spares.choose(
            recovery.host,
            [host.name for host in self._hosts.all() if host.reserved],
            services,
            aggregates,
            self._away(recovery, loans),
            wishes,
        )
        because = dict(choice.because)
        for name in choice.names:
            if self._compute.instances(name):
                because[name] = 'instances run on it'
                continue
            loan = self._open(recovery, services[name], aggregates)
            if loan is not None:
                return loan
            because[name] = 'it was taken this moment'
        self._none_left(recovery, because)
        return None

    def go_on(self, loan: Loan) -> Loan:
        """Have nova use the spare; return the loan in its next state.

        May be run again at any time, after a crash between any two steps.

        :raises ComputeError: nova could not be asked, or refused.
        """
        is_in = self._aggregates_of(loan.spare)
        left = [j for j in loan.undo.joined if j.id not in is_in]
        if left:
            loan = self._stop_or_go_on(loan)
        for joined in left:
            if loan.state is LoanState.TAKING:
                loan = self._join(loan, joined)
        if loan.state is not LoanState.TAKING:
            return loan
        # Right before it is enabled: somebody may have disabled it since.
        loan = self._stop_or_go_on(loan, enable=True)
        if loan.state is not LoanState.TAKING:
            return loan
        named = ', '.join(j.name for j in loan.undo.joined)
        return self._book.move(
            loan,
            LoanState.LENT,
            f'enabled for {loan.host}'
            + (f', added to {named}' if named else ', no aggregate to add'),
        )

    def _stop_or_go_on(self, loan: Loan, enable: bool = False) -> Loan:
        """Give the spare back unless it may be used."""
        try:
            service = self._compute.service(loan.spare)
        except errors.ComputeNotFound as e:
            return self._book.move(loan, LoanState.GIVING_BACK, str(e))
        why = self._why_not(loan, service)
        if why:
            return self._book.move(loan, LoanState.GIVING_BACK, why)
        if enable and service.disabled:
            self._compute.enable(service)
        return loan

    def forget(self, recovery: str) -> None:
        """The recovery is not evacuating any more."""
        self._again.pop(recovery, None)

    def _has_instances(self, recovery: Recovery) -> bool:
        """Whether any evacuation has not ended yet.

        None on record may mean that they are being listed: look again.
        """
        return any(
            row.state not in states.EVACUATION_ENDED
            for row in self._store.evacuations(recovery.uuid)
        )

    def _away(
        self, recovery: Recovery, loans: Sequence[Loan]
    ) -> Mapping[str, str]:
        """Return the hosts that are not to be had, each with why."""
        away = dict(spares.tried(recovery.state_since, loans))
        for loan in self._store.loans(open_only=True):
            away[loan.spare] = f'it stands in for {loan.host}'
        for other in self._store.recoveries(active=True):
            away[other.host] = f'it has failed itself ({other.state.value})'
        return away

    def _open(
        self,
        recovery: Recovery,
        spare: ComputeService,
        aggregates: Sequence[Aggregate],
    ) -> Loan | None:
        now = self._clock.now()
        loan = Loan(
            uuid=str(uuid.uuid4()),
            spare=spare.host,
            recovery=recovery.uuid,
            host=recovery.host,
            state=LoanState.TAKING,
            undo=spares.undo_of(spare, recovery.host, aggregates),
            taken_at=now,
            state_since=now,
            message=f'taken for {recovery.host}',
        )
        try:
            return self._book.open(loan, recovery)
        except errors.SpareTaken:
            return None

    def _none_left(
        self, recovery: Recovery, because: Mapping[str, str]
    ) -> None:
        """Call for a person, once an incident."""
        self._again[recovery.uuid] = self._clock.monotonic() + NONE_AGAIN
        told = (recovery.uuid, recovery.state_since)
        if told in self._none_told:
            return
        reasons = '; '.join(f'{n}: {why}' for n, why in because.items())
        message = f'no spare is left for {recovery.host}: {reasons}'
        self._store.note(
            RecoveryEvent(
                recovery=recovery.uuid,
                at=self._clock.now(),
                name='no_spare_left',
                state=recovery.state,
                message=message,
            )
        )
        self._notifier.alarm(recovery, message)
        self._none_told.add(told)

    def _why_not(self, loan: Loan, service: ComputeService) -> str:
        """Say why the spare must not be used after all; '' if it may."""
        recovery = self._store.get(loan.recovery)
        if spares.due(recovery.state) is not spares.Due.NOTHING:
            return f'not needed, {loan.host} is {recovery.state.value}'
        if service.forced_down or not service.up:
            return f'nova-compute on {loan.spare} is down'
        if self._store.active(loan.spare) is not None:
            return f'{loan.spare} has failed itself'
        if service.disabled and (
            service.disabled_reason != loan.undo.disabled_reason
        ):
            return (
                f'somebody has disabled {loan.spare} meanwhile: '
                f'{service.disabled_reason or "no reason given"}'
            )
        return ''

    def _aggregates_of(self, host: str) -> set[int]:
        return {a.id for a in self._compute.aggregates() if host in a.hosts}

    def _join(self, loan: Loan, joined: Joined) -> Loan:
        """Add the spare to an aggregate that it is not in."""
        key = (loan.uuid, joined.id)
        asked_before = key in self._unanswered
        self._unanswered.add(key)
        try:
            self._compute.add_to_aggregate(joined.id, loan.spare)
        except errors.ComputeNotFound as e:
            LOG.info('%s: aggregate %s is gone: %s', loan.spare, joined, e)
            loan = self._leave_out(loan, joined)
        except errors.ComputeRefused as e:
            if e.code != CONFLICT:
                raise
            if joined.id not in self._aggregates_of(loan.spare):
                # Another zone by now, or instances that would change theirs.
                loan = self._book.move(loan, LoanState.GIVING_BACK, str(e))
            elif not asked_before:
                # Somebody else has put it in this moment: his affair.
                loan = self._leave_out(loan, joined)
        self._unanswered.discard(key)
        return loan

    def _leave_out(self, loan: Loan, joined: Joined) -> Loan:
        left = tuple(j for j in loan.undo.joined if j != joined)
        undo = dataclasses.replace(loan.undo, joined=left)
        return self._book.amend(loan, undo=undo)
