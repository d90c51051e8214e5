# SPDX-License-Identifier: Apache-2.0
"""[database]: oslo.db's options, with SQLite under state_path by default."""

from collections.abc import Sequence

from oslo_config import cfg
from oslo_db import options as db_options

DEFAULT_CONNECTION = 'sqlite:///$state_path/nova-ha.sqlite'


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this module."""
    db_options.set_defaults(conf, connection=DEFAULT_CONNECTION)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Nothing: oslo.db lists its own options for the generator."""
    return []
