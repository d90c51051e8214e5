# SPDX-License-Identifier: Apache-2.0
"""The hosts file, for the commands that only read it."""

from collections.abc import Sequence
import sys
import threading
from typing import TYPE_CHECKING

from oslo_config import cfg

from nova_ha.cmd import commands

if TYPE_CHECKING:
    from nova_ha.recovery.model import Host


def load(conf: cfg.ConfigOpts) -> 'Sequence[Host]':
    """Return the hosts; warnings go to stderr.

    :raises commands.CommandError: the file cannot be used; its problems
        have been printed, each on its line.
    """
    from nova_ha import hosts
    from nova_ha.clock import SystemClock
    from nova_ha.power.drivers import Power

    power = Power(conf, SystemClock(), threading.Event())
    try:
        loaded = hosts.read(conf.hosts_file, power.schemas())
    except hosts.HostsFileError as error:
        print(error, file=sys.stderr)
        raise commands.CommandError(
            f'{conf.hosts_file} cannot be used'
        ) from None
    for warning in loaded.warnings:
        print(f'warning: {warning}', file=sys.stderr)
    return loaded.hosts
