# SPDX-License-Identifier: Apache-2.0
"""openstack ha snapshot report"""

import argparse
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

from nova_ha.osc import commands
from nova_ha.osc import text
from nova_ha.osc.commands import Column

PATIENCE = 300.0
"""Seconds: all of glance's snapshots are read for it."""


class ReportSnapshots(commands.Lister):
    """Show what would be lost of servers with local disks.

    How old the newest snapshot or backup of each is, those at greatest risk
    first: if its host fails, all that was written since is lost, and
    everything where there is none.
    """

    COLUMNS = (
        Column('Host', 'host'),
        Column('Server', 'instance'),
        Column('Name', 'name'),
        Column('Project', 'project', long=True),
        Column('VM State', 'vm_state', long=True),
        Column('Local GiB', 'local_gb'),
        Column('Age', 'age_seconds', human=text.span),
        Column('Snapshot', 'snapshot'),
        Column('Type', 'image_type', long=True),
        Column('Status', 'status', long=True),
        Column('Created At', 'created_at', long=True),
        Column('Problem', 'problem'),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--host',
            metavar='<host>',
            action='append',
            help='Show only servers on this host, by its full name in nova; '
            'repeat it for several.',
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        found = self.client.ask('GET', 'snapshots', timeout=PATIENCE).body
        wanted = parsed_args.host
        return self.listed(
            parsed_args,
            [
                one
                for one in found['snapshots']
                if not wanted or one['host'] in wanted
            ],
        )
