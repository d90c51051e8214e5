# SPDX-License-Identifier: Apache-2.0
"""The configuration of the fencer, as each of its processes reads it."""

from collections.abc import Sequence

from oslo_config import cfg
from oslo_log import log as logging

from nova_ha import conf as options
from nova_ha.version import version_string

PROJECT = 'nova-ha'
PROGRAM = 'nova-ha-fencer'


def read(arguments: Sequence[str] | None) -> cfg.ConfigOpts:
    """Return what the files and the arguments say.

    :param arguments: None for those of this process.
    :raises cfg.Error: they say something that cannot be.
    """
    conf = cfg.ConfigOpts()
    logging.register_options(conf)
    logging.set_defaults()
    options.register_opts(conf)
    conf(arguments, project=PROJECT, prog=PROGRAM, version=version_string())
    return conf
