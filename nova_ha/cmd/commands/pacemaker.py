# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage pacemaker: setting a cluster up, and keeping it right."""

from typing import TYPE_CHECKING

from nova_ha.cmd.commands import output
from nova_ha.cmd.commands import pacemaker_check
from nova_ha.cmd.commands import pacemaker_config

if TYPE_CHECKING:
    from nova_ha.cmd.commands import Subparsers


def register(subparsers: 'Subparsers') -> None:
    """Add ``pacemaker config`` and ``pacemaker check``."""
    parser = subparsers.add_parser(
        'pacemaker', help='the configuration of the cluster'
    )
    verbs = parser.add_subparsers(metavar='VERB', required=True)
    config = verbs.add_parser(
        'config',
        help='print what Pacemaker needs for the hosts of the hosts file; '
        'changes nothing',
    )
    pacemaker_config.add_options(config)
    config.set_defaults(handler=pacemaker_config.run)
    check = verbs.add_parser(
        'check',
        help='look for known traps in the cluster as it is configured; '
        'changes nothing; exit code 1 if something must be mended',
    )
    pacemaker_check.add_options(check)
    output.add_format_option(check)
    check.set_defaults(handler=pacemaker_check.run)
