# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage recovery: what the store says, without asking anybody else.

What changes a recovery goes through the fencer that drives it and has its
own module.
"""

import argparse
from collections.abc import Sequence
import dataclasses
from typing import Any
from typing import TYPE_CHECKING

from oslo_config import cfg

from nova_ha.cmd import commands
from nova_ha.cmd.commands import mode
from nova_ha.cmd.commands import output
from nova_ha.cmd.commands import recovery_actions
from nova_ha.recovery import errors
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import RecoveryEvent
from nova_ha.recovery.modes import ARMED

if TYPE_CHECKING:
    from nova_ha.cmd.commands import Subparsers
    from nova_ha.db import store

LIMIT = 100


def register(subparsers: 'Subparsers') -> None:
    """Add ``recovery list``, ``recovery show`` and what changes one."""
    parser = subparsers.add_parser('recovery', help='recoveries of hosts')
    verbs = parser.add_subparsers(metavar='VERB', required=True)
    _register_list(verbs)
    show = verbs.add_parser(
        'show', help='show a recovery, its evacuations and its history'
    )
    show.add_argument(
        'recovery',
        metavar='UUID|HOST',
        help="a recovery, or a host: its active one or else its newest",
    )
    output.add_format_option(show)
    show.set_defaults(handler=_show)
    recovery_actions.add_verbs(verbs)


def _register_list(verbs: 'Subparsers') -> None:
    parser = verbs.add_parser(
        'list', help='list recoveries, the active ones by default'
    )
    parser.add_argument('--host', help='only those of this host')
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        '--active',
        action='store_true',
        help='only those that have not ended (default)',
    )
    which.add_argument(
        '--all', action='store_true', help='those that have ended, too'
    )
    parser.add_argument(
        '--limit',
        type=_positive,
        default=LIMIT,
        help='at most so many, newest first (default: %(default)s)',
    )
    output.add_format_option(parser)
    parser.set_defaults(handler=_list)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError('must be 1 or more')
    return number


def _list(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    opened = mode.store_of(conf)
    found = opened.recoveries(
        host=args.host, active=None if args.all else True, limit=args.limit
    )
    if args.format == 'json':
        output.print_json(found)
        return commands.OK
    print(mode.line(opened))
    output.print_table(
        ('UUID', 'Host', 'State', 'Since', 'Requested', 'Owner', 'Message'),
        [
            (
                r.uuid,
                r.host,
                r.state,
                r.state_since,
                r.requested_at,
                r.owner,
                r.message,
            )
            for r in found
        ],
    )
    return commands.OK


def _show(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    opened = mode.store_of(conf)
    recovery = _find(opened, args.recovery)
    evacuations = opened.evacuations(recovery.uuid)
    events = opened.events(recovery.uuid)
    if args.format == 'json':
        output.print_json(
            {
                'mode': next(iter(opened.modes(1)), ARMED),
                'recovery': recovery,
                'evacuations': evacuations,
                'events': events,
            }
        )
    else:
        print(mode.line(opened))
        _print_recovery(recovery, evacuations, events)
    return commands.OK


def _find(opened: 'store.SqlStore', wanted: str) -> Recovery:
    """Return the recovery of this uuid, or the host's."""
    try:
        return opened.get(wanted)
    except errors.UnknownRecovery:
        active = opened.active(wanted)
    if active is not None:
        return active
    ended = opened.recoveries(host=wanted, limit=1)
    if not ended:
        raise commands.CommandError(
            f'no recovery has the uuid {wanted}, and no host of that name '
            'had one'
        )
    return ended[0]


def _print_recovery(
    recovery: Recovery,
    evacuations: Sequence[Evacuation],
    events: Sequence[RecoveryEvent],
) -> None:
    output.print_fields(_fields(recovery))
    print(f'\nEvacuations: {len(evacuations)}')
    if evacuations:
        output.print_table(
            ('Instance', 'Name', 'State', 'Target', 'Attempts', 'Message'),
            [
                (e.instance, e.name, e.state, e.target, e.attempts, e.message)
                for e in evacuations
            ],
        )
    print('\nHistory')
    output.print_table(
        ('At (UTC)', 'Event', 'State', 'Instance', 'Message'),
        [(e.at, e.name, e.state, e.instance, e.message) for e in events],
    )


def _fields(recovery: Recovery) -> dict[str, Any]:
    """Return the fields, those of values within it with their names."""
    fields: dict[str, Any] = {}
    for field in dataclasses.fields(recovery):
        value = getattr(recovery, field.name)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            for inner in dataclasses.fields(value):
                name = f'{field.name}.{inner.name}'
                fields[name] = getattr(value, inner.name)
        else:
            fields[field.name] = value
    return fields
