# SPDX-License-Identifier: Apache-2.0
"""The store: the ports RecoveryStore and LoanStore on a database."""

from collections.abc import Collection
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING
import uuid as uuids

from oslo_config import cfg
from oslo_db import exception as db_exc
import sqlalchemy as sa
from sqlalchemy import orm

from nova_ha.db import database
from nova_ha.db import evacuations as evacuation_queries
from nova_ha.db import history
from nova_ha.db import loans as loan_queries
from nova_ha.db import models
from nova_ha.db import modes as mode_queries
from nova_ha.db import recoveries as queries
from nova_ha.db import rehearsals as rehearsal_queries
from nova_ha.recovery import errors
from nova_ha.recovery.listing import Page
from nova_ha.recovery.listing import RecoveryQuery
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import RecoveryEvent
from nova_ha.recovery.modes import Standing
from nova_ha.recovery.rehearsal import Rehearsal
from nova_ha.recovery.spares import Loan
from nova_ha.recovery.states import EvacuationState

if TYPE_CHECKING:
    from nova_ha.recovery import ports


class SqlStore:
    """Implements :class:`~nova_ha.recovery.ports.Store`.

    Making one does not connect: the database may be away. Whoever starts a
    service asks :func:`nova_ha.db.schema.check` first.

    :param conf: has the [database] group.
    :raises InvalidDatabaseUrl: [database] connection cannot be used.
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._db = database.Database(conf)

    def open(
        self, recovery: Recovery, *events: RecoveryEvent, lease: float = 0.0
    ) -> Recovery:
        """Insert a new recovery with the first lines of its history."""
        return self._db.write(
            partial(
                queries.insert, recovery=recovery, events=events, lease=lease
            )
        )

    def get(self, uuid: str) -> Recovery:
        """Return the recovery."""
        return self._db.read(partial(queries.get, uuid=uuid))

    def active(self, host: str) -> Recovery | None:
        """Return the host's recovery that has not ended, if any."""
        return self._db.read(partial(queries.active, host=host))

    def recoveries(
        self,
        host: str | None = None,
        active: bool | None = None,
        limit: int | None = None,
    ) -> Sequence[Recovery]:
        """Return recoveries, newest first."""
        return self._db.read(
            partial(queries.listed, host=host, active=active, limit=limit)
        )

    def claimable(self, owner: str) -> Sequence[Recovery]:
        """Return active recoveries that nobody else holds a lease of."""
        return self._db.read(partial(queries.claimable, owner=owner))

    def claim(self, uuid: str, owner: str, lease: float) -> Recovery:
        """Take (or keep) the lease for so many seconds."""
        return self._db.write(
            partial(queries.claim, uuid=uuid, owner=owner, lease=lease)
        )

    def renew(self, owner: str, lease: float) -> int:
        """Extend all leases of this owner; return how many."""
        return self._db.write(partial(queries.renew, owner=owner, lease=lease))

    def release(self, owner: str) -> int:
        """Give all leases of this owner up; return how many."""
        return self._db.write(partial(_release, owner=owner))

    def save(
        self,
        recovery: Recovery,
        owner: str,
        events: Sequence[RecoveryEvent] = (),
    ) -> Recovery:
        """Write the row if nobody moved it since it was read."""
        return self._db.write(
            partial(
                queries.save, recovery=recovery, owner=owner, events=events
            )
        )

    def evacuations(self, recovery: str) -> Sequence[Evacuation]:
        """Return the recovery's evacuations, in the order they were added."""
        return self._db.read(
            partial(evacuation_queries.listed, recovery=recovery)
        )

    def related(
        self, groups: Collection[str], instances: Collection[str]
    ) -> Sequence[Evacuation]:
        """Return evacuations of active recoveries by group or instance."""
        return self._db.read(
            partial(
                evacuation_queries.related, groups=groups, instances=instances
            )
        )

    def save_evacuations(
        self,
        recovery: str,
        owner: str,
        evacuations: Sequence[Evacuation],
        events: Sequence[RecoveryEvent] = (),
        generation: int | None = None,
    ) -> None:
        """Insert or update evacuations, with their events, at once."""
        self._db.write(
            partial(
                evacuation_queries.save,
                recovery=recovery,
                owner=owner,
                evacuations=evacuations,
                events=events,
                generation=generation,
            )
        )

    def note(self, event: RecoveryEvent) -> None:
        """Append a line to a recovery's history."""
        self._db.write(partial(_note, event=event))

    def events(self, recovery: str) -> Sequence[RecoveryEvent]:
        """Return the recovery's history, in the order it was written."""
        return self._db.read(partial(history.listed, recovery=recovery))

    def take_spare(
        self,
        loan: Loan,
        owner: str,
        lease: float,
        events: Sequence[RecoveryEvent] = (),
    ) -> Loan:
        """Write down a new loan."""
        return self._db.write(
            partial(
                loan_queries.take,
                loan=loan,
                owner=owner,
                lease=lease,
                events=events,
            )
        )

    def loans(
        self,
        recovery: str | None = None,
        spare: str | None = None,
        open_only: bool = False,
    ) -> Sequence[Loan]:
        """Return loans, oldest first."""
        return self._db.read(
            partial(
                loan_queries.listed,
                recovery=recovery,
                spare=spare,
                open_only=open_only,
            )
        )

    def claim_loans(self, owner: str, lease: float) -> Sequence[Loan]:
        """Take or keep the lease of every open loan that is free."""
        return self._db.write(
            partial(loan_queries.claim, owner=owner, lease=lease)
        )

    def save_loan(
        self,
        loan: Loan,
        owner: str,
        events: Sequence[RecoveryEvent] = (),
    ) -> Loan:
        """Write the row if nobody changed it since it was read."""
        return self._db.write(
            partial(loan_queries.save, loan=loan, owner=owner, events=events)
        )

    def modes(self, limit: int) -> Sequence[Standing]:
        """Return the latest modes, newest first."""
        return self._db.read(partial(mode_queries.listed, limit=limit))

    def set_mode(self, standing: Standing) -> Standing:
        """Set the mode; its time is the database's."""
        return self._db.write(partial(mode_queries.insert, standing=standing))

    def rehearse(self, rehearsal: Rehearsal) -> None:
        """Write down what would have been done."""
        self._db.write(partial(rehearsal_queries.insert, rehearsal=rehearsal))

    def rehearsals(
        self, host: str | None = None, limit: int = 100
    ) -> Sequence[Rehearsal]:
        """Return what was written down so, newest first."""
        return self._db.read(
            partial(rehearsal_queries.listed, host=host, limit=limit)
        )

    def rehearsal(self, uuid: str) -> Rehearsal:
        """Return what was written down so under this uuid."""
        return self._db.read(partial(rehearsal_queries.get, uuid=uuid))

    def recovery_page(self, query: RecoveryQuery) -> Page[Recovery]:
        """Return a page of recoveries."""
        return self._db.read(partial(queries.page, wanted=query))

    def evacuation_page(
        self,
        recovery: str,
        states: Collection[EvacuationState],
        limit: int,
        marker: str | None,
    ) -> Page[Evacuation]:
        """Return a page of a recovery's evacuations."""
        return self._db.read(
            partial(
                evacuation_queries.page,
                recovery=recovery,
                states=states,
                limit=limit,
                marker=marker,
            )
        )

    def event_page(
        self, recovery: str, after: int, limit: int
    ) -> Page[RecoveryEvent]:
        """Return a page of a recovery's history."""
        return self._db.read(
            partial(_events, recovery=recovery, after=after, limit=limit)
        )

    def rehearsal_page(
        self, limit: int, marker: str | None
    ) -> Page[Rehearsal]:
        """Return a page of what was written down while observing."""
        return self._db.read(
            partial(rehearsal_queries.page, limit=limit, marker=marker)
        )

    def check(self) -> None:
        """Raise StoreUnavailable unless the store can be written now."""
        self._db.write(_probe)

    def close(self) -> None:
        """Let the connections go; the next call opens new ones."""
        self._db.close()


def _release(session: orm.Session, owner: str) -> int:
    loan_queries.release(session, owner)
    return queries.release(session, owner)


def _note(session: orm.Session, event: RecoveryEvent) -> None:
    try:
        history.append(session, [event])
    except db_exc.DBReferenceError:
        raise errors.UnknownRecovery(
            f'there is no recovery {event.recovery}'
        ) from None


def _events(
    session: orm.Session, recovery: str, after: int, limit: int
) -> Page[RecoveryEvent]:
    queries.get(session, recovery)  # says so if there is none
    return history.page(session, recovery, after, limit)


def _probe(session: orm.Session) -> None:
    """Write and remove a row: a commit that the disk has to take."""
    key = str(uuids.uuid4())
    session.execute(sa.insert(models.ProbeRow).values(uuid=key))
    session.execute(
        sa.delete(models.ProbeRow).where(models.ProbeRow.uuid == key),
        execution_options={'synchronize_session': False},
    )


if TYPE_CHECKING:

    def _satisfies_the_port(store: SqlStore) -> ports.Store:
        """Let mypy compare the store with the port."""
        return store
