# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage rehearsal: what would have been done in mode observe."""

import argparse
from typing import TYPE_CHECKING

from oslo_config import cfg

from nova_ha.cmd import commands
from nova_ha.cmd.commands import mode
from nova_ha.cmd.commands import output

if TYPE_CHECKING:
    from nova_ha.cmd.commands import Subparsers
    from nova_ha.recovery.rehearsal import Rehearsal

LIMIT = 100


def register(subparsers: 'Subparsers') -> None:
    """Add ``rehearsal list`` and ``rehearsal show``."""
    parser = subparsers.add_parser(
        'rehearsal', help='what would have been done in mode observe'
    )
    verbs = parser.add_subparsers(metavar='VERB', required=True)
    every = verbs.add_parser('list', help='list them, newest first')
    every.add_argument('--host', help='only those of this host')
    output.add_format_option(every)
    every.set_defaults(handler=_list)
    show = verbs.add_parser('show', help='show one, instance by instance')
    show.add_argument(
        'rehearsal', metavar='UUID|HOST', help="one, or a host's newest"
    )
    output.add_format_option(show)
    show.set_defaults(handler=_show)


def _list(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    opened = mode.store_of(conf)
    found = opened.rehearsals(host=args.host, limit=LIMIT)
    if args.format == 'json':
        output.print_json(found)
        return commands.OK
    print(mode.line(opened))
    output.print_table(
        ('UUID', 'Host', 'At (UTC)', 'Origin', 'What would be done'),
        [(r.uuid, r.host, r.at, r.origin, r.summary) for r in found],
    )
    return commands.OK


def _show(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    opened = mode.store_of(conf)
    wanted = args.rehearsal
    found = [
        r for r in opened.rehearsals(limit=LIMIT) if wanted in (r.uuid, r.host)
    ]
    if not found:
        raise commands.CommandError(
            f'there is no rehearsal {wanted}, and none of a host of that name'
        )
    if args.format == 'json':
        output.print_json(found[0])
    else:
        print(mode.line(opened))
        _print(found[0])
    return commands.OK


def _print(rehearsal: 'Rehearsal') -> None:
    output.print_fields(
        {
            'uuid': rehearsal.uuid,
            'host': rehearsal.host,
            'at': rehearsal.at,
            'controller': rehearsal.controller,
            'origin': rehearsal.origin,
            'reason': rehearsal.reason,
            'would be done': rehearsal.summary,
        }
    )
    print(f'\nInstances: {len(rehearsal.instances)}')
    output.print_table(
        ('Instance', 'Name', 'Would be', 'Because'),
        [
            (
                i.instance,
                i.name,
                'evacuated' if i.evacuate else 'left',
                i.decision,
            )
            for i in rehearsal.instances
        ],
    )
