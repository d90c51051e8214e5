# SPDX-License-Identifier: Apache-2.0
"""The store: oslo.db, SQLAlchemy and alembic, none of which leaves here.

:mod:`.store` implements the port, :mod:`.spool` stands in for it while the
database is away, :mod:`.migration` keeps its schema.
"""
