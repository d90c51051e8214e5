# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage fence: power a host off and recover it, now."""

import argparse
from typing import TYPE_CHECKING

from oslo_config import cfg

from nova_ha.cmd import commands
from nova_ha.cmd.commands import daemon

if TYPE_CHECKING:
    from nova_ha.cmd.commands import Subparsers

GRACE = 5.0
"""Seconds that the answer may take beyond the daemon's own deadline."""


def register(subparsers: 'Subparsers') -> None:
    """Add ``fence HOST``."""
    parser = subparsers.add_parser(
        'fence', help='power a host off and start its instances elsewhere'
    )
    parser.add_argument(
        'host', metavar='HOST', help='its name in nova or in Pacemaker'
    )
    parser.add_argument(
        '--timeout',
        type=_seconds,
        metavar='SECONDS',
        help='how long the power-off may take (default: fence_timeout in '
        '[fencer])',
    )
    parser.add_argument('--reason', help='why, for the record')
    parser.set_defaults(handler=_fence)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError('must be between 0 and 3600')
    return seconds


def _fence(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    seconds = args.timeout or conf.fencer.fence_timeout
    body: dict[str, object] = {
        'host': args.host,
        'action': 'off',
        'origin': 'operator',
        'deadline': seconds,
    }
    if args.reason:
        body['reason'] = args.reason
    answer = daemon.ask(conf, 'POST', '/v1/fence', body, seconds + GRACE)
    if answer.get('spooled'):
        print(
            f'{args.host} is off. The store is away: its recovery starts as '
            'soon as that is back.'
        )
    else:
        print(
            f'{args.host} is off. Recovery {answer.get("recovery")} is '
            f'{answer.get("state")}.'
        )
    if answer.get('mode', 'armed') != 'armed':
        print(f'The mode is {answer["mode"]}: see nova-ha-manage mode show.')
    return commands.OK
