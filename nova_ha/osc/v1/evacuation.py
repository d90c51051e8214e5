# SPDX-License-Identifier: Apache-2.0
"""openstack ha evacuation list"""

import argparse
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

from nova_ha.osc import arguments
from nova_ha.osc import commands
from nova_ha.osc import finding
from nova_ha.osc.commands import Column

STATES = (
    'pending',
    'requested',
    'migrating',
    'restoring',
    'succeeded',
    'failed',
    'skipped',
)


class ListEvacuations(commands.Lister):
    """List the instances of a recovery: where each is, or why it stayed."""

    COLUMNS = (
        Column('Instance', 'instance'),
        Column('Name', 'name'),
        Column('State', 'state'),
        Column('Source', 'source', long=True),
        Column('Target', 'target'),
        Column('Attempts', 'attempts'),
        Column('VM State', 'vm_state', long=True),
        Column('Priority', 'priority', long=True),
        Column('Group', 'group', long=True),
        Column('Storage', 'storage', long=True),
        Column('Disk', 'disk', long=True),
        Column('Migration', 'migration', long=True),
        Column('Asked At', 'asked_at', long=True),
        Column('Ended At', 'ended_at', long=True),
        Column('Decision', 'decision', long=True),
        Column('Message', 'message'),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        arguments.add_recovery(parser)
        arguments.add_states(parser, STATES)
        arguments.add_paging(parser, 'instance')
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        uuid = finding.recovery(self.client, parsed_args.recovery)
        return self.paged(
            parsed_args,
            'evacuations',
            *('recoveries', uuid, 'evacuations'),
            state=parsed_args.state,
        )
