# SPDX-License-Identifier: Apache-2.0
"""Recoveries, their evacuations, their history.

A migration is history itself: it names its types here and not those of
nova_ha.db, which may change.
"""

from typing import Any

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

revision = '0001'
down_revision = None

NAME = sa.String(255)
WORD = sa.String(64)
UUID = sa.String(36)
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')
SERIAL = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')

TABLE: dict[str, Any] = {
    'mysql_engine': 'InnoDB',
    'mysql_charset': 'utf8mb4',
    'mysql_collate': 'utf8mb4_bin',
}


def upgrade() -> None:
    """Bring the schema from nothing to 0001."""
    _recoveries()
    _evacuations()
    _events()
    op.create_table(
        'probes',
        _column('uuid', UUID),
        sa.PrimaryKeyConstraint('uuid', name='pk_probes'),
        **TABLE,
    )


def _column(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _recoveries() -> None:
    op.create_table(
        'recoveries',
        _column('id', SERIAL),
        _column('uuid', UUID),
        _column('host', NAME),
        sa.Column('active_host', NAME),
        _column('state', WORD),
        _column('origin', NAME),
        _column('reason', sa.Text()),
        _column('message', sa.Text()),
        _column('requested_at', TIME),
        _column('fencing_since', TIME),
        _column('state_since', TIME),
        _column('updated_at', TIME),
        _column('generation', sa.BigInteger()),
        sa.Column('owner', NAME),
        sa.Column('lease_expires_at', TIME),
        sa.Column('proof_host', NAME),
        sa.Column('proof_method', WORD),
        sa.Column('proof_witness', sa.Text()),
        sa.Column('proof_verified_at', TIME),
        sa.Column('proof_was_running', sa.Boolean()),
        sa.Column('before_disabled', sa.Boolean()),
        sa.Column('before_disabled_reason', sa.Text()),
        sa.Column('before_forced_down', sa.Boolean()),
        sa.Column('service_reported_at', TIME),
        _column('evacuation_writes', sa.BigInteger()),
        sa.PrimaryKeyConstraint('id', name='pk_recoveries'),
        sa.UniqueConstraint('uuid', name='uq_recoveries_uuid'),
        sa.UniqueConstraint('active_host', name='uq_recoveries_active_host'),
        **TABLE,
    )
    for column in ('host', 'requested_at', 'owner'):
        op.create_index(f'ix_recoveries_{column}', 'recoveries', [column])


def _evacuations() -> None:
    op.create_table(
        'evacuations',
        _column('id', SERIAL),
        _column('recovery', UUID),
        _column('instance', UUID),
        _column('name', NAME),
        _column('state', WORD),
        _column('source', NAME),
        _column('vm_state', NAME),
        sa.Column('target', NAME),
        _column('attempts', sa.Integer()),
        _column('last_migration', sa.BigInteger()),
        sa.Column('migration', sa.BigInteger()),
        sa.Column('request_id', NAME),
        sa.Column('asked_at', TIME),
        sa.Column('not_before', TIME),
        sa.Column('ended_at', TIME),
        _column('message', sa.Text()),
        sa.PrimaryKeyConstraint('id', name='pk_evacuations'),
        sa.UniqueConstraint(
            'recovery', 'instance', name='uq_evacuations_recovery_instance'
        ),
        sa.ForeignKeyConstraint(
            ['recovery'],
            ['recoveries.uuid'],
            name='fk_evacuations_recovery',
        ),
        **TABLE,
    )


def _events() -> None:
    op.create_table(
        'events',
        _column('id', SERIAL),
        _column('recovery', UUID),
        _column('at', TIME),
        _column('name', WORD),
        _column('state', WORD),
        _column('message', sa.Text()),
        sa.Column('instance', UUID),
        sa.PrimaryKeyConstraint('id', name='pk_events'),
        sa.ForeignKeyConstraint(
            ['recovery'], ['recoveries.uuid'], name='fk_events_recovery'
        ),
        **TABLE,
    )
    op.create_index('ix_events_recovery', 'events', ['recovery'])
