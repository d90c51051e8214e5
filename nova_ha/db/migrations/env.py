# SPDX-License-Identifier: Apache-2.0
"""Runs the migrations on the connection that migration.sync() hands over."""

from alembic import context

from nova_ha.db import models

context.configure(
    connection=context.config.attributes['connection'],
    target_metadata=models.Base.metadata,
    # SQLite alters tables by making them anew.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
