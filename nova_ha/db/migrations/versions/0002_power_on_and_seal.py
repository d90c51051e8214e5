# SPDX-License-Identifier: Apache-2.0
"""Who wants the host powered on again, and what holds it back meanwhile."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

revision = '0002'
down_revision = '0001'

TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')


def upgrade() -> None:
    """Bring the schema from 0001 to 0002."""
    for name in ('power_on_asked_at', 'sealed_at'):
        op.add_column('recoveries', sa.Column(name, TIME))
