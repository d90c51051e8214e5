# SPDX-License-Identifier: Apache-2.0
"""openstack ha event list"""

import argparse
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import json
from typing import Any

from osc_lib import exceptions

from nova_ha.osc import arguments
from nova_ha.osc import cells
from nova_ha.osc import commands
from nova_ha.osc import finding
from nova_ha.osc import following
from nova_ha.osc import progress
from nova_ha.osc import text
from nova_ha.osc.commands import Column


class ListEvents(commands.Lister):
    """List what happened to a recovery, oldest first."""

    COLUMNS = (
        Column('ID', 'id', long=True),
        Column('At', 'at'),
        Column('Event', 'name'),
        Column('State', 'state'),
        Column('Instance', 'instance'),
        Column('Message', 'message'),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        arguments.add_recovery(parser)
        parser.add_argument(
            '--after',
            metavar='<id>',
            type=int,
            help='Begin behind the event with this id; --long shows ids.',
        )
        arguments.add_limit(parser)
        parser.add_argument(
            '--follow',
            action='store_true',
            help='Go on and print each event when it happens, until the '
            'recovery has ended: a line of text each, or with -f json an '
            'object of JSON a line.',
        )
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Follow, or list as every list is."""
        if not parsed_args.follow:
            return super().run(parsed_args)
        if parsed_args.formatter not in {cells.TABLE, 'json'}:
            raise exceptions.CommandError(
                '--follow prints lines: leave -f out, or give -f json for an '
                'object of JSON a line.'
            )
        uuid = finding.recovery(self.client, parsed_args.recovery)
        for event in self._followed(uuid, parsed_args):
            line = self._line(event, parsed_args.formatter)
            self.app.stdout.write(f'{line}\n')
            self.app.stdout.flush()
        return 0

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        uuid = finding.recovery(self.client, parsed_args.recovery)
        return self.listed(
            parsed_args, self._after(uuid, parsed_args.after, parsed_args)
        )

    def _after(
        self, uuid: str, after: int | None, args: argparse.Namespace
    ) -> Iterator[Mapping[str, Any]]:
        return self.client.pages(
            'events',
            *('recoveries', uuid, 'events'),
            limit=args.limit,
            after=after,
        )

    def _followed(
        self, uuid: str, args: argparse.Namespace
    ) -> Iterator[Mapping[str, Any]]:
        left = args.limit
        told = 0
        every = following.recovery(self.client, uuid, following.Pace())
        for seen in every:
            # The whole answer has every event; those told are skipped.
            new = [
                e
                for e in seen.answer['events'][told:]
                if (e.get('id') or 0) > (args.after or 0)
            ]
            told = len(seen.answer['events'])
            yield from new[:left]
            left = None if left is None else left - len(new)
            over = seen.answer['recovery']['state'] in progress.FINAL
            if (over and not seen.trouble) or (left is not None and left < 1):
                return

    def _line(self, event: Mapping[str, Any], formatter: str) -> str:
        if formatter == 'json':
            return json.dumps(event)
        words = [text.utc(event['at']), event['state'], event['name']]
        if event.get('instance'):
            words.append(str(event['instance']))
        line = ' '.join(words)
        message = event.get('message')
        return text.printable(f'{line}: {message}' if message else line)
