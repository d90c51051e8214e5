# SPDX-License-Identifier: Apache-2.0
"""openstack ha explain ..."""

import argparse
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from nova_ha.osc import cells
from nova_ha.osc import client
from nova_ha.osc import commands
from nova_ha.osc import finding
from nova_ha.osc.commands import Column

PATIENCE = 300.0
"""Seconds: nova and glance are asked about everything on the host."""


class ExplainServer(commands.ShowOne):
    """Explain what would be done about a server if its host failed now.

    Which rule, tag or default decides each question, what nova would say,
    and what would become of it. Nothing is changed.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'server', metavar='<server>', help='Its uuid or its name.'
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Any]]:
        found = _explained(self.client, 'servers', parsed_args.server)
        return self.shown(found[0])

    def human(self, key: str, value: Any) -> Any:
        """Return what people read for a field."""
        if key == 'decisions':
            return cells.decisions(value)
        return super().human(key, value)


class ExplainHost(commands.Lister):
    """Explain what would be done about each server of a host if it failed now.

    Nothing is changed. "explain server" tells more about one.
    """

    COLUMNS = (
        Column('Server', 'uuid'),
        Column('Name', 'name'),
        Column('VM State', 'vm_state'),
        Column('Task State', 'task_state', long=True),
        Column('Outcome', 'outcome'),
        Column('Why It Stays', 'stays'),
        Column('Nova', 'nova', long=True),
        Column('Unsure', 'unsure', long=True),
        Column('Decisions', 'decisions', long=True, human=cells.decisions),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'host',
            metavar='<host>',
            help='The host, by its name in nova or in Pacemaker, or the '
            'beginning of it.',
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        name = finding.host(self.client, parsed_args.host)
        found = _explained(self.client, 'hosts', name)
        return self.listed(parsed_args, found)


def _explained(
    api: client.Client, kind: str, name: str
) -> Sequence[Mapping[str, Any]]:
    found = api.ask('GET', kind, name, 'explain', timeout=PATIENCE).body
    instances: Sequence[Mapping[str, Any]] = found['instances']
    return instances
