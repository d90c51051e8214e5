# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage hosts: the hosts file, and whether its devices work."""

import argparse
from collections.abc import Sequence
import sys
from typing import Any
from typing import TYPE_CHECKING

from oslo_config import cfg

from nova_ha.cmd import commands
from nova_ha.cmd.commands import bmc_check
from nova_ha.cmd.commands import output

if TYPE_CHECKING:
    from nova_ha.cmd.commands import Subparsers
    from nova_ha.hosts import Loaded
    from nova_ha.power.drivers import Power
    from nova_ha.recovery.model import Host

TIMEOUT = 10.0
"""Seconds for each device: twice what pyghmi needs to give up a silent one."""


def register(subparsers: 'Subparsers') -> None:
    """Add ``hosts list`` and ``hosts check``."""
    parser = subparsers.add_parser(
        'hosts', help='the hosts and their power devices'
    )
    verbs = parser.add_subparsers(metavar='VERB', required=True)
    listing = verbs.add_parser('list', help='show what the hosts file says')
    output.add_format_option(listing)
    listing.set_defaults(handler=commands.telling_all(_list))
    check = verbs.add_parser(
        'check',
        help='try every power device: login, privilege and power state; '
        'changes nothing; exit code 1 if there is a problem',
    )
    check.add_argument(
        'hosts', metavar='HOST', nargs='*', help='only these (default: all)'
    )
    check.add_argument(
        '--timeout',
        metavar='SECONDS',
        type=_positive,
        default=TIMEOUT,
        help='how long to wait for each device (default: %(default)s)',
    )
    output.add_format_option(check)
    check.set_defaults(handler=commands.telling_all(_check))


def _positive(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float('inf'):
        raise argparse.ArgumentTypeError('must be more than 0')
    return seconds


def _list(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    power = _power(conf)
    rows = [
        {
            'host': host.name,
            'node': host.node,
            'driver': device.driver,
            'device': power.place(device),
        }
        for host in _load(conf, power).hosts
        for device in host.devices
    ]
    _print(rows, args.format)
    return commands.OK


def _check(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    power = _power(conf)
    hosts = _chosen(_load(conf, power).hosts, args.hosts)
    try:
        found = bmc_check.check(power, hosts, args.timeout)
    finally:
        power.close()
    rows = [
        {
            'host': one.host.name,
            'driver': one.device.driver,
            'device': power.place(one.device),
            'state': one.check.state.value,
            'privilege': one.check.privilege,
            'ms': one.milliseconds,
            'problem': one.check.problem.removeprefix(f'{one.host.name}: '),
        }
        for one in found
    ]
    _print(rows, args.format)
    bad = sum(bool(one.check.problem) for one in found)
    if bad:
        print(f'{bad} of {len(found)} have a problem.', file=sys.stderr)
    return commands.FAILED if bad else commands.OK


def _power(conf: cfg.ConfigOpts) -> 'Power':
    import threading

    from nova_ha.clock import SystemClock
    from nova_ha.power.drivers import Power

    return Power(conf, SystemClock(), threading.Event())


def _load(conf: cfg.ConfigOpts, power: 'Power') -> 'Loaded':
    from nova_ha import hosts

    loaded = hosts.read(conf.hosts_file, power.schemas())
    for warning in loaded.warnings:
        print(f'warning: {warning}', file=sys.stderr)
    return loaded


def _chosen(hosts: 'Sequence[Host]', names: Sequence[str]) -> 'Sequence[Host]':
    by_name = {host.node: host for host in hosts}
    by_name |= {host.name: host for host in hosts}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise commands.CommandError(
            f'the hosts file names no host {", ".join(unknown)}; '
            '"nova-ha-manage hosts list" shows those it names'
        )
    wanted = {by_name[name].name for name in names}
    return [host for host in hosts if not names or host.name in wanted]


def _print(rows: Sequence[dict[str, Any]], wanted: str) -> None:
    if wanted == 'json':
        output.print_json(rows)
        return
    columns = [_heading(name) for name in rows[0]]
    output.print_table(columns, [list(row.values()) for row in rows])


def _heading(name: str) -> str:
    return name if name == 'ms' else name.capitalize()
