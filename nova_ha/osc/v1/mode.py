# SPDX-License-Identifier: Apache-2.0
"""openstack ha mode ..."""

import argparse
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from osc_lib import exceptions

from nova_ha.osc import commands

ABOUT = {
    'armed': 'hosts are fenced and their instances evacuated',
    'paused': 'hosts are fenced and nova is told; evacuations are held',
    'observe': 'nothing is done: no host is powered off, Pacemaker is told '
    'that it is not fenced, and what would be done is written down',
}


class _Showing(commands.ShowOne):
    def standing(
        self, answer: Mapping[str, Any]
    ) -> tuple[Sequence[str], Sequence[Any]]:
        """Return what take_action has to, with what the mode means."""
        mode = answer['mode']
        return self.shown(
            {'mode': mode['mode'], 'about': ABOUT.get(mode['mode']), **mode}
        )


class ShowMode(_Showing):
    """Show what nova-ha may do at all, and who has said so."""

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Any]]:
        return self.standing(self.client.get('mode'))


class SetMode(_Showing):
    """Set what nova-ha may do, for all controllers.

    Armed: hosts are fenced and their instances evacuated. Paused: hosts are
    fenced and nova is told, evacuations are held. Observe: nothing is done,
    and what would be done is written down.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'mode', choices=sorted(ABOUT), help='The mode to set.'
        )
        parser.add_argument(
            '--reason',
            metavar='<text>',
            required=True,
            help='Why, for all who see the mode later.',
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Any]]:
        if not parsed_args.reason.strip():
            raise exceptions.CommandError('--reason must say why.')
        return self.standing(
            self.client.put(
                'mode', mode=parsed_args.mode, reason=parsed_args.reason
            )
        )
