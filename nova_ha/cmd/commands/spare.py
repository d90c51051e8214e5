# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage spare: reserved hosts, and which are on loan.

The list is what the hosts file, the store and nova say. What changes a loan
goes through the fencer, which puts on record who asked.
"""

import argparse
from collections.abc import Mapping
import sys
from typing import TYPE_CHECKING

from oslo_config import cfg

from nova_ha.cmd import commands
from nova_ha.cmd.commands import daemon
from nova_ha.cmd.commands import output
from nova_ha.cmd.inquiries import capacity
from nova_ha.pacemaker import client
from nova_ha.recovery import errors
from nova_ha.recovery import spare_list

if TYPE_CHECKING:
    from nova_ha.cmd.commands import Subparsers
    from nova_ha.recovery.model import ComputeService

VERBS = {
    'give-back': 'disable a spare that is on loan now, and take it out of '
    'the aggregates that it was added to as soon as it is empty',
    'keep': 'end the loan of a spare and leave it as it is: enabled, in the '
    'aggregates that it was added to',
}


def register(subparsers: 'Subparsers') -> None:
    """Add ``spare list``, ``spare give-back`` and ``spare keep``."""
    parser = subparsers.add_parser(
        'spare', help='reserved hosts that stand in for failed ones'
    )
    verbs = parser.add_subparsers(metavar='VERB', required=True)
    listing = verbs.add_parser(
        'list', help='list the reserved hosts, and those on loan'
    )
    listing.add_argument(
        '--all', action='store_true', help='loans that have ended, too'
    )
    output.add_format_option(listing)
    listing.set_defaults(handler=_list)
    for verb, about in VERBS.items():
        order = verbs.add_parser(verb, help=about, description=about)
        order.add_argument(
            'spare', metavar='HOST', help='its name in nova or in Pacemaker'
        )
        order.set_defaults(handler=_order, verb=verb)


def _order(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    path = f'/v1/spares/{client.quote(args.spare)}/{args.verb}'
    loan = daemon.ask(conf, 'POST', path).get('loan')
    if isinstance(loan, dict):
        print(
            f'The loan of {loan.get("spare")} to {loan.get("host")} is '
            f'{loan.get("state")}.'
        )
    return commands.OK


def _list(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    from nova_ha.db import schema
    from nova_ha.db import store

    schema.check(conf)
    opened = store.SqlStore(conf)
    loans = opened.loans(open_only=not args.all)
    reserved = capacity.reserved(conf)
    waiting = spare_list.waiting(loans, reserved)
    services = _services(conf) if waiting else {}
    rows = spare_list.rows(
        loans, reserved, services, conf.spares.disabled_reason
    )
    if args.format == 'json':
        output.print_json(rows)
        return commands.OK
    output.print_table(
        (
            'Spare',
            'State',
            'Stands in for',
            'Since (UTC)',
            'Returned (UTC)',
            'Added to',
            'Message',
        ),
        [
            (
                row.spare,
                row.state,
                row.host,
                row.since,
                row.returned_at,
                ', '.join(joined.name for joined in row.added_to),
                row.message,
            )
            for row in rows
        ],
    )
    return commands.OK


def _services(
    conf: cfg.ConfigOpts,
) -> 'Mapping[str, ComputeService] | None':
    """Return nova's records by host; None where nova gives no answer."""
    from nova_ha.compute.gateway import NovaCompute

    try:
        found = NovaCompute.from_conf(conf).services()
    except errors.ComputeError as error:
        print(f'nova cannot be asked: {error}', file=sys.stderr)
        return None
    return {service.host: service for service in found}
