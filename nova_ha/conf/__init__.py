# SPDX-License-Identifier: Apache-2.0
"""Options, one module a group; nothing here is global.

Whoever assembles a program makes a :class:`oslo_config.cfg.ConfigOpts`,
calls :func:`register_opts` on it and hands it down.
"""

from oslo_config import cfg

from nova_ha.conf import api
from nova_ha.conf import backup
from nova_ha.conf import base
from nova_ha.conf import catalog
from nova_ha.conf import cluster
from nova_ha.conf import database
from nova_ha.conf import engine
from nova_ha.conf import evacuation
from nova_ha.conf import fencer
from nova_ha.conf import glance
from nova_ha.conf import guards
from nova_ha.conf import nova
from nova_ha.conf import placement
from nova_ha.conf import policy
from nova_ha.conf import power
from nova_ha.conf import restore
from nova_ha.conf import spares

MODULES = (
    api,
    backup,
    base,
    catalog,
    cluster,
    database,
    engine,
    evacuation,
    fencer,
    glance,
    guards,
    nova,
    policy,
    placement,
    power,
    restore,
    spares,
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register every option of nova-ha."""
    for module in MODULES:
        module.register_opts(conf)


def check(conf: cfg.ConfigOpts) -> None:
    """Read every option once, so that a bad value is told and not met later.

    :raises cfg.Error: names the option, its file and what is wrong.
    """
    for value in conf.values():
        if isinstance(value, cfg.ConfigOpts.GroupAttr):
            list(value.values())


def check_files(conf: cfg.ConfigOpts) -> None:
    """Read the files of a configuration anew, as :func:`check` does.

    The configuration itself is left as it is.

    :raises cfg.Error: a file cannot be read, or an option is bad.
    """
    fresh = cfg.ConfigOpts()
    register_opts(fresh)
    fresh(
        [],
        default_config_files=conf.config_file,
        default_config_dirs=conf.config_dir,
    )
    check(fresh)
