# SPDX-License-Identifier: Apache-2.0
"""The entry points that oslo-config-generator reads."""

from collections.abc import Sequence

from oslo_config import cfg
from oslo_db import options as db_options

from nova_ha import conf
from nova_ha.conf import database

NAMESPACES: Sequence[str] = (
    'nova_ha',
    'nova_ha.api.tokens',
    'oslo.db',
    'oslo.log',
    'oslo.policy',
    'oslo.service.service',
)
"""All whose options can be in nova-ha.conf: our own and those of libraries.
Those of keystonemiddleware come from nova_ha.api.tokens, with our defaults.
etc/nova-ha/nova-ha-config-generator.conf names the same."""


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return every option with its group."""
    return [group for module in conf.MODULES for group in module.list_opts()]


def set_defaults() -> None:
    """Let the sample show our default where the option is another's."""
    for opt in db_options.database_opts:
        if opt.dest == 'connection':
            cfg.set_defaults([opt], connection=database.DEFAULT_CONNECTION)
