# SPDX-License-Identifier: Apache-2.0
"""openstack ha recovery list, show"""

import argparse
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

from nova_ha.osc import arguments
from nova_ha.osc import commands
from nova_ha.osc import finding
from nova_ha.osc.commands import Column
from nova_ha.osc.v1 import evacuation

STATES = (
    'requested',
    'fencing',
    'fence_failed',
    'forcing_down',
    'held',
    'evacuating',
    'evacuation_failed',
    'evacuated',
    'returning',
    'completed',
    'cancelled',
)


class ListRecoveries(commands.Lister):
    """List recoveries, newest first.

    A recovery is one failed host brought back to order: powered off,
    its instances started elsewhere, and taken back when it returns.
    """

    COLUMNS = (
        Column('UUID', 'uuid'),
        Column('Host', 'host'),
        Column('State', 'state'),
        Column('Since', 'state_since'),
        Column('Requested At', 'requested_at'),
        Column('Origin', 'origin', long=True),
        Column('Reason', 'reason', long=True),
        Column('Off By', 'off_proof.method', long=True),
        Column('Off At', 'off_proof.verified_at', long=True),
        Column('Owner', 'owner', long=True),
        Column('Updated At', 'updated_at', long=True),
        Column('Message', 'message'),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--host',
            metavar='<host>',
            help='Show only those of this host, by its full name in nova or '
            'in Pacemaker.',
        )
        arguments.add_states(parser, STATES)
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            '--active',
            action='store_true',
            default=None,
            help='Show only those that have not ended.',
        )
        which.add_argument(
            '--ended',
            dest='active',
            action='store_false',
            help='Show only those that have ended.',
        )
        parser.add_argument(
            '--origin',
            metavar='<origin>',
            help='Show only those asked for by this origin, such as '
            'pacemaker or operator.',
        )
        parser.add_argument(
            '--changes-since',
            metavar='<time>',
            type=arguments.moment,
            help='Show only those that have changed since this time in ISO '
            '8601, such as 2026-05-04T03:02:01Z.',
        )
        parser.add_argument(
            '--sort',
            metavar='<key>[:<direction>]',
            help='Have the service sort by these, with commas between them: '
            'requested_at, updated_at, state_since, state, host, origin; '
            'each ascending (asc, the default) or descending (desc), such '
            'as host,requested_at:desc.',
        )
        arguments.add_paging(parser, 'uuid')
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        names = ('host', 'state', 'active', 'origin', 'changes_since', 'sort')
        wanted = {name: getattr(parsed_args, name) for name in names}
        return self.paged(parsed_args, 'recoveries', 'recoveries', **wanted)


class ShowRecovery(commands.ShowOne):
    """Show a recovery with its evacuations, and its history if wanted."""

    TABLES = {  # noqa: RUF012  frozen by the base's ClassVar[Mapping]
        'evacuations': commands.short(evacuation.ListEvacuations.COLUMNS),
        'events': (
            Column('At (UTC)', 'at'),
            Column('Event', 'name'),
            Column('State', 'state'),
            Column('Instance', 'instance'),
            Column('Message', 'message'),
        ),
    }

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        arguments.add_recovery(parser)
        parser.add_argument(
            '--events',
            action='store_true',
            help='Show its history, too: what happened to it, and when.',
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Any]]:
        uuid = finding.recovery(self.client, parsed_args.recovery)
        found = self.client.get('recoveries', uuid)
        thing = {**found['recovery'], 'evacuations': found['evacuations']}
        if parsed_args.events:
            thing['events'] = found['events']
        return self.shown(thing)
