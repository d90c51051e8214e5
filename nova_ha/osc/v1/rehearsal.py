# SPDX-License-Identifier: Apache-2.0
"""openstack ha rehearsal ..."""

import argparse
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

from osc_lib import exceptions

from nova_ha.osc import arguments
from nova_ha.osc import commands
from nova_ha.osc import text
from nova_ha.osc.commands import Column


class ListRehearsals(commands.Lister):
    """List what would have been done in mode observe, newest first."""

    COLUMNS = (
        Column('UUID', 'uuid'),
        Column('Host', 'host'),
        Column('At', 'at'),
        Column('Origin', 'origin'),
        Column('Reason', 'reason', long=True),
        Column('Controller', 'controller', long=True),
        Column('What Would Be Done', 'summary'),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        arguments.add_paging(parser, 'uuid')
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        return self.paged(parsed_args, 'rehearsals', 'rehearsals')


class ShowRehearsal(commands.ShowOne):
    """Show what would have been done, server by server."""

    TABLES = {  # noqa: RUF012  frozen by the base's ClassVar[Mapping]
        'instances': (
            Column('Instance', 'instance'),
            Column('Name', 'name'),
            Column('Evacuated', 'evacuate'),
            Column('Because', 'decision'),
        )
    }

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'rehearsal',
            metavar='<rehearsal>',
            help='Its uuid, the beginning of it, or the name of a host: its '
            'newest.',
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Any]]:
        uuid = self._uuid(parsed_args.rehearsal)
        return self.shown(self.client.get('rehearsals', uuid)['rehearsal'])

    def _uuid(self, wanted: str) -> str:
        if text.UUID.fullmatch(wanted):
            return wanted
        every = list(self.client.pages('rehearsals', 'rehearsals'))
        # Newest first, so the first of a host is its newest.
        of_host = [one['uuid'] for one in every if one['host'] == wanted][:1]
        begun = [o['uuid'] for o in every if o['uuid'].startswith(wanted)]
        found = sorted({*of_host, *begun})
        if len(found) != 1:
            which = 'More than one rehearsal' if found else 'No rehearsal'
            raise exceptions.CommandError(
                f'{which} could be meant by {wanted}: "openstack ha '
                'rehearsal list" shows those there are.'
            )
        return str(found[0])
