# SPDX-License-Identifier: Apache-2.0
"""What alembic needs to bring a database's schema up to date."""
