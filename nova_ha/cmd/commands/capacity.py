# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage capacity: would the instances of a failed host find room."""

import argparse
from collections.abc import Mapping
import pathlib
from typing import TYPE_CHECKING

from oslo_config import cfg

from nova_ha.cmd import commands
from nova_ha.cmd.commands import capacity_output
from nova_ha.cmd.commands import output
from nova_ha.cmd.commands import progress
from nova_ha.cmd.inquiries import capacity as inquiry

if TYPE_CHECKING:
    from nova_ha.cmd.commands import Subparsers
    from nova_ha.recovery.capacity.cloud import Cloud

WORST = 3

VERDICTS = {'yes': commands.OK, 'perhaps': 1, 'no': 2}
"""The exit code of each."""


def register(subparsers: 'Subparsers') -> None:
    """Add ``capacity``."""
    parser = subparsers.add_parser(
        'capacity',
        help='whether the instances of hosts that fail would find a place '
        'now, and how many hosts may fail',
        description='Ask nova and Placement what there is, and tell for '
        'each host, and for the worst ones together, how many of the '
        'instances would find a place on the others: for sure, likely, and '
        'at most. Changes nothing.',
        epilog='Exit code: 0 if any single host can be lost, for sure; 1 if '
        'perhaps, or if it cannot be told (one line on stderr); 2 if there '
        'is a host whose instances do not all find a place. With --host the '
        'code is that of the hosts named, together.',
    )
    parser.add_argument(
        '--host',
        metavar='HOST',
        action='append',
        help='only this one, and why its instances find no place; may be '
        'given more than once: each alone, and all together',
    )
    parser.add_argument(
        '--worst',
        metavar='N',
        type=_positive,
        default=WORST,
        help='look for the worst 1, 2 ... N hosts to fail together '
        '(default: %(default)s)',
    )
    parser.add_argument(
        '--with-spares',
        action='store_true',
        help='count the reserved hosts of the hosts file too, one for each '
        'host that fails, if they are disabled, up and empty',
    )
    parser.add_argument(
        '--cells',
        metavar='FILE',
        help='what "nova-manage cell_v2 list_hosts" printed: an instance '
        'stays in its cell (default: all hosts are in one)',
    )
    output.add_format_option(parser)
    parser.set_defaults(handler=_capacity)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError('must be 1 or more')
    return number


def _capacity(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    cells = _cells(args.cells) if args.cells else None
    spares = inquiry.reserved(conf) if args.with_spares else ()
    telling = progress.Progress()
    try:
        cloud, cost = inquiry.read(conf, spares, cells, telling)
        if args.host:
            return _hosts(cloud, cost, args)
        return _survey(cloud, cost, args, telling)
    finally:
        telling.end()


def _hosts(
    cloud: 'Cloud', cost: 'inquiry.Cost', args: argparse.Namespace
) -> int:
    from nova_ha.recovery.capacity import outlook

    names = list(dict.fromkeys(args.host))
    numbers = [_number(cloud, name) for name in names]
    fitting = outlook.Fitting(cloud)
    sets: list[tuple[int, ...]] = [(number,) for number in numbers]
    if len(numbers) > 1:
        sets.append(tuple(numbers))
    found = [outlook.look(cloud, fitting, failed) for failed in sets]
    if args.format == 'json':
        output.print_json(
            {
                'hosts': [inquiry.plain(one) for one in found],
                'notes': cloud.notes,
                'cost': cost,
            }
        )
    else:
        capacity_output.print_hosts(cloud, found, all_left=True)
        capacity_output.print_end(cloud.notes, cost)
    return VERDICTS[found[-1].verdict]


def _number(cloud: 'Cloud', host: str) -> int:
    number = cloud.number(host)
    if number is None:
        raise commands.CommandError(
            f'nova knows no nova-compute on host {host}: "openstack compute '
            'service list" shows those it knows'
        )
    return number


def _survey(
    cloud: 'Cloud',
    cost: 'inquiry.Cost',
    args: argparse.Namespace,
    telling: progress.Progress,
) -> int:
    from nova_ha.recovery.capacity import survey

    found = survey.survey(cloud, args.worst, telling)
    telling.end()
    if not found.worst:
        raise commands.CommandError('nova knows no host that could fail')
    if args.format == 'json':
        output.print_json(inquiry.surveyed(found, cost))
    else:
        capacity_output.print_hosts(cloud, found.hosts, all_left=False)
        capacity_output.print_worst(found)
        capacity_output.print_end(found.notes, cost)
    return VERDICTS[found.worst[0].verdict]


def _cells(file: str) -> Mapping[str, str]:
    """Return the cell of each host, by what nova-manage printed.

    :raises commands.CommandError: it is not that.
    """
    try:
        text = pathlib.Path(file).read_text(encoding='utf-8')
    except (OSError, UnicodeError) as error:
        raise commands.CommandError(f'--cells: {error}') from None
    rows = [
        [cell.strip() for cell in line.strip().strip('|').split('|')]
        for line in text.splitlines()
        if line.strip().startswith('|')
    ]
    if not rows or [name.lower() for name in rows[0]] != [
        'cell name',
        'cell uuid',
        'hostname',
    ]:
        raise commands.CommandError(
            f'--cells: {file} is not what "nova-manage cell_v2 list_hosts" '
            'prints: a table with Cell Name, Cell UUID and Hostname'
        )
    return {row[2]: row[1] for row in rows[1:] if len(row) == 3}
