# SPDX-License-Identifier: Apache-2.0
"""What was decided about each instance."""

from alembic import op
import sqlalchemy as sa

revision = '0003'
down_revision = '0002'

WORD = sa.String(64)


def upgrade() -> None:
    """Bring the schema from 0002 to 0003.

    Rows that are there were made when everything was evacuated at once.
    """
    for column in (
        sa.Column(
            'priority', sa.Integer, nullable=False, server_default='500'
        ),
        sa.Column('restart_group', sa.String(255)),
        sa.Column('target_state', WORD, nullable=False, server_default='keep'),
        sa.Column('storage', WORD, nullable=False, server_default='shared'),
        sa.Column('disk', WORD),
        sa.Column('decision', sa.Text),
        sa.Column('snapshot', sa.String(36)),
    ):
        op.add_column('evacuations', column)
