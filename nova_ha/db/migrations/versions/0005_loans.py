# SPDX-License-Identifier: Apache-2.0
"""Which spare is lent to which recovery, and what was changed for it."""

from typing import Any

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

revision = '0005'
down_revision = '0004'

NAME = sa.String(255)
UUID = sa.String(36)
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')
SERIAL = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
TABLE: dict[str, Any] = {
    'mysql_engine': 'InnoDB',
    'mysql_charset': 'utf8mb4',
    'mysql_collate': 'utf8mb4_bin',
}


def upgrade() -> None:
    """Bring the schema from 0004 to 0005."""
    op.create_table(
        'loans',
        sa.Column('id', SERIAL, nullable=False),
        sa.Column('uuid', UUID, nullable=False),
        sa.Column('spare', NAME, nullable=False),
        sa.Column('open_spare', NAME),
        sa.Column('recovery', UUID, nullable=False),
        sa.Column('host', NAME, nullable=False),
        sa.Column('state', sa.String(64), nullable=False),
        sa.Column('undo', sa.Text, nullable=False),
        sa.Column('taken_at', TIME, nullable=False),
        sa.Column('state_since', TIME, nullable=False),
        sa.Column('returned_at', TIME),
        sa.Column('generation', sa.BigInteger, nullable=False),
        sa.Column('owner', NAME),
        sa.Column('lease_expires_at', TIME),
        sa.Column('message', sa.Text, nullable=False),
        sa.PrimaryKeyConstraint('id', name='pk_loans'),
        sa.UniqueConstraint('uuid', name='uq_loans_uuid'),
        sa.UniqueConstraint('open_spare', name='uq_loans_open_spare'),
        sa.ForeignKeyConstraint(
            ['recovery'], ['recoveries.uuid'], name='fk_loans_recovery'
        ),
        **TABLE,
    )
    op.create_index('ix_loans_recovery', 'loans', ['recovery'])
    op.create_index('ix_loans_spare', 'loans', ['spare'])
