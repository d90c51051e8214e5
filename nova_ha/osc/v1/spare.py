# SPDX-License-Identifier: Apache-2.0
"""openstack ha spare ..."""

import argparse
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any
from typing import ClassVar

from nova_ha.osc import commands
from nova_ha.osc.commands import Column


def _names(joined: Sequence[dict[str, Any]]) -> str:
    return ', '.join(str(one['name']) for one in joined)


class ListSpares(commands.Lister):
    """List the reserved hosts, and which stand in for a failed one."""

    COLUMNS = (
        Column('Spare', 'spare'),
        Column('State', 'state'),
        Column('Stands In For', 'host'),
        Column('Recovery', 'recovery', long=True),
        Column('Since', 'since'),
        Column('Returned At', 'returned_at', long=True),
        Column('Added To', 'added_to', human=_names),
        Column('Disabled Reason', 'disabled_reason', long=True),
        Column('Message', 'message'),
    )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        return self.listed(parsed_args, self.client.get('spares')['spares'])


class _Order(commands.ShowOne):
    """Says what is to be done about a spare on loan.

    :cvar VERB: of the API.
    """

    VERB: ClassVar[str]

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'spare',
            metavar='<spare>',
            help='The spare, by its full name in nova or in Pacemaker.',
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Any]]:
        answer = self.client.post('spares', parsed_args.spare, self.VERB)
        return self.shown(answer['loan'])


class GiveBackSpare(_Order):
    """Give a spare that is on loan back.

    It is disabled now, and taken out of the aggregates that it was added to
    as soon as it is empty.
    """

    VERB = 'give-back'


class KeepSpare(_Order):
    """End the loan of a spare and leave it as it is.

    It stays enabled, in the aggregates that it was added to.
    """

    VERB = 'keep'
