# SPDX-License-Identifier: Apache-2.0
"""openstack ha health show"""

import argparse
from collections.abc import Sequence
from typing import Any

from nova_ha.osc import commands

NOT_READY = frozenset({503})
"""That is an answer here: it comes with the reasons."""


class ShowHealth(commands.ShowOne):
    """Show whether the service can fence, and serves; and if not, why.

    The exit code is 1 if it can not.
    """

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Any]]:
        health = self.client.get('health')
        ready = self.client.ask(
            'GET', 'health', 'ready', accept=NOT_READY
        ).body
        if not (health['healthy'] and ready.get('ready')):
            self.exit_code = commands.FAILED
        return self.shown(
            {
                'healthy': health['healthy'],
                'problems': health['problems'],
                'notes': health['notes'],
                'ready': ready.get('ready', False),
                'reasons': ready.get('reasons', []),
            }
        )
