# SPDX-License-Identifier: Apache-2.0
"""openstack ha recovery watch"""

import argparse

from nova_ha.osc import arguments
from nova_ha.osc import commands
from nova_ha.osc import finding
from nova_ha.osc import following
from nova_ha.osc import progress
from nova_ha.osc import watching

DEFAULTS = following.Pace()


class WatchRecovery(commands.Command):
    """Watch a recovery while it goes on.

    On a terminal the picture is drawn anew: the phases with their seconds,
    the instances, and how many are accounted for. Elsewhere a line is
    printed for whatever is new. It goes on when the service or Keystone is
    away for a while.

    The exit code is 0 when the recovery has got as far as --until says, 1
    when it has failed, the service says no, or the time is up, and 2 when
    this is not how the command is used.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument(
            'recovery',
            metavar='<recovery>',
            nargs='?',
            help='A recovery: its uuid, the beginning of it (from four '
            'characters on), or the name of a host, whose active recovery '
            'or else whose newest is meant.',
        )
        which.add_argument(
            '--host',
            metavar='<host>',
            help='Watch the active recovery of this host; if it has none, '
            'wait until it has.',
        )
        arguments.add_until(parser)
        parser.add_argument(
            '--interval',
            metavar='<seconds>',
            type=arguments.seconds,
            default=DEFAULTS.interval,
            help='Look again after so many seconds (default: %(default)g).',
        )
        parser.add_argument(
            '--patience',
            metavar='<seconds>',
            type=arguments.seconds,
            default=DEFAULTS.patience,
            help='Give up when there was no answer for so many seconds '
            '(default: %(default)g).',
        )
        parser.add_argument(
            '--timeout',
            metavar='<seconds>',
            type=arguments.seconds,
            help='Watch no longer than so many seconds. By default it is '
            'watched until it is over.',
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        pace = following.Pace(
            interval=parsed_args.interval,
            patience=parsed_args.patience,
            timeout=parsed_args.timeout,
        )
        if parsed_args.host:
            uuid = following.of_host(
                self.client, parsed_args.host, pace, self._tell
            )
        else:
            uuid = finding.recovery(self.client, parsed_args.recovery)
        code, answer = watching.watch(
            following.recovery(self.client, uuid, pace),
            watching.display(self.app.stdout),
            parsed_args.until,
        )
        recovery = answer['recovery']
        if code:
            self._tell(f'{recovery["host"]}: {recovery["state"]}')
        elif recovery['state'] not in progress.FINAL:
            self._tell(
                f'{recovery["host"]} is {recovery["state"]}; its recovery '
                'goes on until the host serves again.'
            )
        return code

    def _tell(self, text: str) -> None:
        self.app.stderr.write(f'{text}\n')
        self.app.stderr.flush()
