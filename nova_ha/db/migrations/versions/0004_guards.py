# SPDX-License-Identifier: Apache-2.0
"""The mode, what observing has written down, and words that overrule."""

from typing import Any

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

revision = '0004'
down_revision = '0003'

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
    """Bring the schema from 0003 to 0004."""
    for name in ('released_at', 'let_return_at'):
        op.add_column('recoveries', sa.Column(name, TIME))
    op.create_table(
        'modes',
        _column('id', SERIAL),
        _column('mode', WORD),
        _column('since', TIME),
        _column('set_by', NAME),
        _column('reason', sa.Text()),
        sa.PrimaryKeyConstraint('id', name='pk_modes'),
        **TABLE,
    )
    _rehearsals()


def _column(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _rehearsals() -> None:
    op.create_table(
        'rehearsals',
        _column('id', SERIAL),
        _column('uuid', UUID),
        _column('host', NAME),
        _column('at', TIME),
        _column('controller', NAME),
        _column('origin', NAME),
        _column('reason', sa.Text()),
        _column('summary', sa.Text()),
        sa.PrimaryKeyConstraint('id', name='pk_rehearsals'),
        sa.UniqueConstraint('uuid', name='uq_rehearsals_uuid'),
        **TABLE,
    )
    op.create_index('ix_rehearsals_host', 'rehearsals', ['host'])
    op.create_table(
        'rehearsed_instances',
        _column('id', SERIAL),
        _column('rehearsal', UUID),
        _column('instance', UUID),
        _column('name', NAME),
        _column('evacuate', sa.Boolean()),
        _column('decision', sa.Text()),
        sa.PrimaryKeyConstraint('id', name='pk_rehearsed_instances'),
        sa.ForeignKeyConstraint(
            ['rehearsal'],
            ['rehearsals.uuid'],
            name='fk_rehearsed_instances_rehearsal',
        ),
        **TABLE,
    )
    op.create_index(
        'ix_rehearsed_instances_rehearsal',
        'rehearsed_instances',
        ['rehearsal'],
    )
