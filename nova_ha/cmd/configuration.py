# SPDX-License-Identifier: Apache-2.0
"""The configuration, as each of the programs reads it.

The service, which logs, does not start with a wrong option of oslo.log; an
operator's commands do not know these and work all the same.
"""

from collections.abc import Sequence

from oslo_config import cfg
from oslo_log import log

from nova_ha import conf as options
from nova_ha.version import version_string

PROJECT = 'nova-ha'
PROGRAM = 'nova-ha-fencer'


def read(arguments: Sequence[str] | None) -> cfg.ConfigOpts:
    """Return what the files and the arguments say, as the fencer has it.

    :param arguments: None for those of this process.
    :raises cfg.Error: they say something that cannot be.
    """
    conf = unread()
    load(conf, arguments, PROGRAM)
    return conf


def read_own(
    arguments: Sequence[str], files: list[str] | None
) -> cfg.ConfigOpts:
    """Return what the files say of the options of nova-ha itself.

    :param files: are read instead of the usual ones, unless None.
    :raises cfg.Error: they say something that cannot be.
    """
    conf = cfg.ConfigOpts()
    options.register_opts(conf)
    load(conf, arguments, files=files)
    return conf


def unread() -> cfg.ConfigOpts:
    """Return one that knows every option, to be loaded."""
    conf = cfg.ConfigOpts()
    log.register_options(conf)
    options.register_opts(conf)
    return conf


def load(
    conf: cfg.ConfigOpts,
    arguments: Sequence[str] | None,
    program: str | None = None,
    files: list[str] | None = None,
) -> None:
    """Have it read the files and the arguments.

    :param program: its own file is read beside nova-ha.conf; if None, that
        of the program which runs.
    :param files: are read instead of the usual ones, unless None.
    :raises cfg.Error: they say something that cannot be.
    """
    conf(
        arguments,
        project=PROJECT,
        prog=program,
        version=version_string(),
        default_config_files=files,
    )
