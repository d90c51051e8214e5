# SPDX-License-Identifier: Apache-2.0
"""How the snapshots of instances with local disks are put back."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

revision = '0006'
down_revision = '0005'

TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')


def upgrade() -> None:
    """Bring the schema to 0006.

    Rows that are there were made when no snapshot was put back.
    """
    for column in (
        sa.Column('max_age', sa.Integer),
        sa.Column('image', sa.String(36)),
        sa.Column('restores', sa.Integer, nullable=False, server_default='0'),
        sa.Column('restore_asked_at', TIME),
    ):
        op.add_column('evacuations', column)
