# SPDX-License-Identifier: Apache-2.0
"""The tables. Rows of these classes never leave :mod:`nova_ha.db`."""

import datetime
from typing import Any
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy import orm

from nova_ha.db import types

NAME = sa.String(255)
"""Nova's own limit for names of hosts and instances."""

WORD = sa.String(64)
UUID = sa.String(36)

TABLE = {
    'mysql_engine': 'InnoDB',
    'mysql_charset': 'utf8mb4',
    # Names are compared as they are written, as nova does; MySQL by itself
    # would take "Compute-1" and "compute-1" for one host.
    'mysql_collate': 'utf8mb4_bin',
}


class Base(orm.DeclarativeBase):
    """Names every constraint, so that a migration can name it too."""

    metadata = sa.MetaData(
        naming_convention={
            'pk': 'pk_%(table_name)s',
            'fk': 'fk_%(table_name)s_%(column_0_name)s',
            'uq': 'uq_%(table_name)s_%(column_0_N_name)s',
            'ix': 'ix_%(table_name)s_%(column_0_N_name)s',
        }
    )
    __table_args__: Any = TABLE
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime.datetime: types.UtcDateTime(),
    }


class RecoveryRow(Base):
    """A recovery.

    :ivar active_host: the host while the recovery has not ended, then NULL.
        Its unique constraint is what keeps a host from having two.
    :ivar evacuation_writes: counts writes of its evacuations. Such a write
        must change this row: Galera finds a conflict with a takeover on
        another node only between transactions that change the same row.
    """

    __tablename__ = 'recoveries'

    id: orm.Mapped[int] = orm.mapped_column(types.SERIAL, primary_key=True)
    uuid: orm.Mapped[str] = orm.mapped_column(UUID, unique=True)
    host: orm.Mapped[str] = orm.mapped_column(NAME, index=True)
    active_host: orm.Mapped[str | None] = orm.mapped_column(NAME, unique=True)
    state: orm.Mapped[str] = orm.mapped_column(WORD)
    origin: orm.Mapped[str] = orm.mapped_column(NAME)
    reason: orm.Mapped[str] = orm.mapped_column(types.Prose)
    message: orm.Mapped[str] = orm.mapped_column(types.Prose)
    requested_at: orm.Mapped[datetime.datetime] = orm.mapped_column(index=True)
    fencing_since: orm.Mapped[datetime.datetime]
    state_since: orm.Mapped[datetime.datetime]
    updated_at: orm.Mapped[datetime.datetime]
    generation: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    owner: orm.Mapped[str | None] = orm.mapped_column(NAME, index=True)
    lease_expires_at: orm.Mapped[datetime.datetime | None]
    proof_host: orm.Mapped[str | None] = orm.mapped_column(NAME)
    proof_method: orm.Mapped[str | None] = orm.mapped_column(WORD)
    proof_witness: orm.Mapped[str | None] = orm.mapped_column(types.Prose)
    proof_verified_at: orm.Mapped[datetime.datetime | None]
    proof_was_running: orm.Mapped[bool | None]
    before_disabled: orm.Mapped[bool | None]
    before_disabled_reason: orm.Mapped[str | None] = orm.mapped_column(
        types.Prose
    )
    before_forced_down: orm.Mapped[bool | None]
    service_reported_at: orm.Mapped[datetime.datetime | None]
    power_on_asked_at: orm.Mapped[datetime.datetime | None]
    sealed_at: orm.Mapped[datetime.datetime | None]
    released_at: orm.Mapped[datetime.datetime | None]
    let_return_at: orm.Mapped[datetime.datetime | None]
    evacuation_writes: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)


class EvacuationRow(Base):
    """One instance of one recovery; ids grow in the order of adding.

    What has a default there was added when rows without it existed.
    """

    __tablename__ = 'evacuations'
    __table_args__ = (
        sa.UniqueConstraint('recovery', 'instance'),
        TABLE,
    )

    id: orm.Mapped[int] = orm.mapped_column(types.SERIAL, primary_key=True)
    recovery: orm.Mapped[str] = orm.mapped_column(
        UUID, sa.ForeignKey(RecoveryRow.uuid)
    )
    instance: orm.Mapped[str] = orm.mapped_column(UUID)
    name: orm.Mapped[str] = orm.mapped_column(NAME)
    state: orm.Mapped[str] = orm.mapped_column(WORD)
    source: orm.Mapped[str] = orm.mapped_column(NAME)
    vm_state: orm.Mapped[str] = orm.mapped_column(NAME)
    target: orm.Mapped[str | None] = orm.mapped_column(NAME)
    attempts: orm.Mapped[int]
    last_migration: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    migration: orm.Mapped[int | None] = orm.mapped_column(sa.BigInteger)
    request_id: orm.Mapped[str | None] = orm.mapped_column(NAME)
    asked_at: orm.Mapped[datetime.datetime | None]
    not_before: orm.Mapped[datetime.datetime | None]
    ended_at: orm.Mapped[datetime.datetime | None]
    message: orm.Mapped[str] = orm.mapped_column(types.Prose)
    priority: orm.Mapped[int] = orm.mapped_column(server_default='500')
    restart_group: orm.Mapped[str | None] = orm.mapped_column(NAME)
    target_state: orm.Mapped[str] = orm.mapped_column(
        WORD, server_default='keep'
    )
    storage: orm.Mapped[str] = orm.mapped_column(WORD, server_default='shared')
    disk: orm.Mapped[str | None] = orm.mapped_column(WORD)
    decision: orm.Mapped[str | None] = orm.mapped_column(types.Prose)
    snapshot: orm.Mapped[str | None] = orm.mapped_column(UUID)
    max_age: orm.Mapped[int | None]
    image: orm.Mapped[str | None] = orm.mapped_column(UUID)
    restores: orm.Mapped[int] = orm.mapped_column(server_default='0')
    restore_asked_at: orm.Mapped[datetime.datetime | None]
    reset_state: orm.Mapped[bool | None]


class EventRow(Base):
    """A line of a recovery's history; never changed, never removed."""

    __tablename__ = 'events'

    id: orm.Mapped[int] = orm.mapped_column(types.SERIAL, primary_key=True)
    recovery: orm.Mapped[str] = orm.mapped_column(
        UUID, sa.ForeignKey(RecoveryRow.uuid), index=True
    )
    at: orm.Mapped[datetime.datetime]
    name: orm.Mapped[str] = orm.mapped_column(WORD)
    state: orm.Mapped[str] = orm.mapped_column(WORD)
    message: orm.Mapped[str] = orm.mapped_column(types.Prose)
    instance: orm.Mapped[str | None] = orm.mapped_column(UUID)


class LoanRow(Base):
    """A spare lent to a recovery.

    :ivar open_spare: the spare while the loan has not ended, then NULL. Its
        unique constraint keeps two recoveries from taking the same spare.
    :ivar undo: JSON, see :mod:`nova_ha.db.convert_loans`.
    """

    __tablename__ = 'loans'

    id: orm.Mapped[int] = orm.mapped_column(types.SERIAL, primary_key=True)
    uuid: orm.Mapped[str] = orm.mapped_column(UUID, unique=True)
    spare: orm.Mapped[str] = orm.mapped_column(NAME, index=True)
    open_spare: orm.Mapped[str | None] = orm.mapped_column(NAME, unique=True)
    recovery: orm.Mapped[str] = orm.mapped_column(
        UUID, sa.ForeignKey(RecoveryRow.uuid), index=True
    )
    host: orm.Mapped[str] = orm.mapped_column(NAME)
    state: orm.Mapped[str] = orm.mapped_column(WORD)
    undo: orm.Mapped[str] = orm.mapped_column(sa.Text)
    taken_at: orm.Mapped[datetime.datetime]
    state_since: orm.Mapped[datetime.datetime]
    returned_at: orm.Mapped[datetime.datetime | None]
    generation: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    owner: orm.Mapped[str | None] = orm.mapped_column(NAME)
    lease_expires_at: orm.Mapped[datetime.datetime | None]
    message: orm.Mapped[str] = orm.mapped_column(types.Prose)


class ModeRow(Base):
    """A change of the mode; never changed, never removed."""

    __tablename__ = 'modes'

    id: orm.Mapped[int] = orm.mapped_column(types.SERIAL, primary_key=True)
    mode: orm.Mapped[str] = orm.mapped_column(WORD)
    since: orm.Mapped[datetime.datetime]
    set_by: orm.Mapped[str] = orm.mapped_column(NAME)
    reason: orm.Mapped[str] = orm.mapped_column(types.Prose)


class RehearsalRow(Base):
    """A recovery that was not begun, because of the mode observe."""

    __tablename__ = 'rehearsals'

    id: orm.Mapped[int] = orm.mapped_column(types.SERIAL, primary_key=True)
    uuid: orm.Mapped[str] = orm.mapped_column(UUID, unique=True)
    host: orm.Mapped[str] = orm.mapped_column(NAME, index=True)
    at: orm.Mapped[datetime.datetime]
    controller: orm.Mapped[str] = orm.mapped_column(NAME)
    origin: orm.Mapped[str] = orm.mapped_column(NAME)
    reason: orm.Mapped[str] = orm.mapped_column(types.Prose)
    summary: orm.Mapped[str] = orm.mapped_column(types.Prose)


class RehearsedInstanceRow(Base):
    """What would have been done about one instance of a rehearsal."""

    __tablename__ = 'rehearsed_instances'

    id: orm.Mapped[int] = orm.mapped_column(types.SERIAL, primary_key=True)
    rehearsal: orm.Mapped[str] = orm.mapped_column(
        UUID, sa.ForeignKey(RehearsalRow.uuid), index=True
    )
    instance: orm.Mapped[str] = orm.mapped_column(UUID)
    name: orm.Mapped[str] = orm.mapped_column(NAME)
    evacuate: orm.Mapped[bool]
    decision: orm.Mapped[str] = orm.mapped_column(types.Prose)


class ProbeRow(Base):
    """Written and removed to see whether the store can be written."""

    __tablename__ = 'probes'

    uuid: orm.Mapped[str] = orm.mapped_column(UUID, primary_key=True)
