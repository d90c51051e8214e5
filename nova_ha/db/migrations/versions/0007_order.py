# SPDX-License-Identifier: Apache-2.0
"""Whether an instance's state may be reset where nova refuses it."""

from alembic import op
import sqlalchemy as sa

revision = '0007'
down_revision = '0006'


def upgrade() -> None:
    """Bring the schema to 0007. Rows that are there: it may not."""
    op.add_column('evacuations', sa.Column('reset_state', sa.Boolean))
