# SPDX-License-Identifier: Apache-2.0
"""openstack ha capacity show"""

import argparse
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from nova_ha.osc import arguments
from nova_ha.osc import cells
from nova_ha.osc import commands
from nova_ha.osc import text
from nova_ha.osc.commands import Column

PATIENCE = 300.0
"""Seconds: all of nova's hosts and instances are read for it."""


def _joined(names: Sequence[str]) -> str:
    return text.printable(', '.join(names))


WORST = (
    Column('Number', 'number'),
    Column('Hosts', 'outlook.hosts', human=_joined),
    Column('Instances', 'outlook.instances'),
    Column('Sure', 'outlook.sure'),
    Column('Likely', 'outlook.likely'),
    Column('At Most', 'outlook.at_most'),
    Column('Any So Many', 'verdict'),
)


class ShowCapacity(commands.Lister):
    """Show whether the instances of hosts that fail would find a place.

    A line a host: how many of its instances would find a place on the
    others for sure, likely, and at most. Below that, the worst hosts to
    fail together. Programs get the hosts, or with --worst the latter.
    """

    COLUMNS = (
        Column('If Lost', 'hosts', human=_joined),
        Column('Instances', 'instances'),
        Column('Sure', 'sure'),
        Column('Likely', 'likely'),
        Column('At Most', 'at_most'),
        Column('All', 'verdict'),
        Column('Without A Place', 'left', long=True),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--hosts',
            metavar='<number>',
            type=arguments.positive,
            help='Look for the worst 1, 2 ... so many hosts to fail together '
            '(default: as the service has it, 3).',
        )
        parser.add_argument(
            '--worst',
            action='store_true',
            help='List the worst hosts to fail together instead of each host.',
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        found = self.client.ask(
            'GET',
            'capacity',
            query={'hosts': parsed_args.hosts},
            timeout=PATIENCE,
        ).body
        self._found: Mapping[str, Any] = found['capacity']
        rows = 'worst' if parsed_args.worst else 'hosts'
        return self.listed(parsed_args, self._found[rows])

    def produce_output(
        self,
        parsed_args: argparse.Namespace,
        column_names: Sequence[str],
        data: Iterable[Sequence[Any]],
    ) -> int:
        """Print the rest for people, too."""
        code = super().produce_output(parsed_args, column_names, data)
        if parsed_args.formatter == cells.TABLE and not parsed_args.columns:
            lines = self._rest(parsed_args)
            self.app.stdout.write('\n'.join(lines) + '\n')
        return code

    def _columns(self, args: argparse.Namespace) -> Sequence[Column]:
        return WORST if args.worst else super()._columns(args)

    def _rest(self, args: argparse.Namespace) -> list[str]:
        lines = []
        if not args.worst:
            lines = ['', 'The worst hosts to lose together']
            lines += commands.table(WORST, self._found['worst'])
        lines += ['', self._sentence()]
        notes = self._found.get('notes') or []
        return lines + [f'Note: {text.printable(note)}.' for note in notes]

    def _sentence(self) -> str:
        number, tried = self._found['bears'], len(self._found['worst'])
        if not number:
            return 'The cloud does not bear the loss of any one host for sure.'
        more = '; more were not looked at' if number == tried else ''
        return (
            f'The cloud bears the loss of any {text.counted(number, "host")}'
            f'{more}.'
        )
