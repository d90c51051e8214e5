# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage pacemaker config."""

import argparse
import importlib
import math
from typing import TYPE_CHECKING

from oslo_config import cfg

from nova_ha.cmd import commands
from nova_ha.cmd.commands import pacemaker_hosts

if TYPE_CHECKING:
    from nova_ha.cluster.configuration.wishes import Timing
    from nova_ha.cluster.configuration.wishes import Wishes

FORMATS = ('pcs', 'crm', 'xml')
DISTRIBUTIONS = ('debian', 'redhat')
LONGEST = 3600


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what may differ from cluster to cluster."""
    parser.add_argument(
        '--format',
        choices=FORMATS,
        default='pcs',
        help='a script of pcs commands, text for "crm -F configure load '
        'update", or XML for "cibadmin --modify --allow-create --scope '
        'configuration" (default: %(default)s)',
    )
    parser.add_argument(
        '--controllers',
        metavar='NAME[:NUMBER],...',
        type=_controllers,
        required=True,
        help="Pacemaker's names of the controllers; NUMBER is corosync's "
        '(nodeid), of use for --format xml only (default: counted from 1)',
    )
    _add_services(parser)
    _add_fencing(parser)
    _add_timing(parser)
    parser.add_argument(
        '--alert-path',
        metavar='FILE',
        default='/usr/bin/nova-ha-alert',
        help='where nova-ha-alert is installed (default: %(default)s)',
    )


def _add_services(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--distribution',
        choices=DISTRIBUTIONS,
        default=DISTRIBUTIONS[0],
        help='where the names of the systemd units of the compute services '
        'are from (default: %(default)s)',
    )
    parser.add_argument(
        '--service',
        metavar='NAME=AGENT[,OPERATION:KEY=VALUE[:KEY=VALUE]...]',
        action='append',
        default=[],
        help='a service of a compute host, instead of the usual ones; may be '
        'given more than once, in the order in which they start',
    )


def _add_fencing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--power-agent',
        metavar='ID',
        default='',
        help='the stonith resource that switches hosts of the driver '
        '"external" off; {node} and {host} in it stand for the names of the '
        'host. "fence_ipmilan" makes one for each host of the driver "ipmi"',
    )
    parser.add_argument(
        '--second-level',
        metavar='ID',
        default='',
        help='the stonith resource that is tried when the first level of a '
        'host has failed, a PDU for instance; {node} and {host} as above',
    )
    parser.add_argument(
        '--show-secrets',
        action='store_true',
        help='print passwords, where the configuration has any',
    )


_TIMING = {
    'monitor-interval': 'seconds between two looks at a host (default: 10)',
    'monitor-timeout': "seconds for a host's answer; one late answer means "
    'fencing, and a silent host is noticed after at most both together '
    '(default: 15)',
    'reconnect-interval': 'seconds between two tries to reach a host that '
    'was lost (default: 15)',
    'fence-timeout': 'seconds in which the fence agent ends (default: 55, or '
    '5 more than fence_timeout in [fencer])',
}


def _add_timing(parser: argparse.ArgumentParser) -> None:
    for name, about in _TIMING.items():
        parser.add_argument(
            f'--{name}', metavar='SECONDS', type=_seconds, help=about
        )


def _seconds(text: str) -> int:
    seconds = int(text)
    if not 0 < seconds <= LONGEST:
        raise argparse.ArgumentTypeError(f'must be between 1 and {LONGEST}')
    return seconds


def _controllers(text: str) -> tuple[tuple[str, int], ...]:
    found = []
    for place, item in enumerate(text.split(','), 1):
        name, _, number = item.strip().partition(':')
        found.append((name, int(number) if number else place))
    if len({number for _, number in found}) < len(found):
        raise argparse.ArgumentTypeError('a number is given twice')
    return tuple(found)


def run(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    """Print the configuration."""
    from nova_ha.cluster.configuration import model
    from nova_ha.cluster.configuration import plan

    renderer = importlib.import_module(
        f'nova_ha.cluster.configuration.{args.format}'
    )
    try:
        wanted = plan.configuration(
            pacemaker_hosts.load(conf), _wishes(conf, args)
        )
    except model.ConfigurationError as error:
        raise commands.CommandError(str(error)) from None
    print(renderer.render(wanted), end='')
    return commands.OK


def _wishes(conf: cfg.ConfigOpts, args: argparse.Namespace) -> 'Wishes':
    from nova_ha.cluster.configuration import services
    from nova_ha.cluster.configuration.wishes import Wishes

    chain = tuple(services.parse(text) for text in args.service)
    files = conf.config_file or ()
    return Wishes(
        controllers=args.controllers,
        services=chain or services.chain(args.distribution),
        compute_resource=conf.cluster.compute_resource,
        gate=conf.cluster.gate_attribute,
        power_agent=args.power_agent,
        second_level=args.second_level,
        show_secrets=args.show_secrets,
        timing=_timing(conf, args),
        socket=conf.fencer.socket,
        config_file=files[-1] if files else '/etc/nova-ha/nova-ha.conf',
        alert_path=args.alert_path,
    )


def _timing(conf: cfg.ConfigOpts, args: argparse.Namespace) -> 'Timing':
    from nova_ha.cluster.configuration.wishes import Timing

    usual = Timing()
    fencing = max(
        usual.agent, math.ceil(conf.fencer.fence_timeout) + Timing.GRACE
    )
    return Timing(
        monitor_interval=args.monitor_interval or usual.monitor_interval,
        monitor_timeout=args.monitor_timeout or usual.monitor_timeout,
        reconnect_interval=args.reconnect_interval or usual.reconnect_interval,
        agent=args.fence_timeout or fencing,
    )
