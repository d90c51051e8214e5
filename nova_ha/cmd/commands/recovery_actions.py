# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage recovery: what a person decides about a recovery.

Each goes through the fencer of this machine, which knows whether it may be
done and puts on record who asked.
"""

import argparse
import sys
from typing import TYPE_CHECKING

from oslo_config import cfg

from nova_ha.cmd import commands
from nova_ha.cmd.commands import daemon

if TYPE_CHECKING:
    from nova_ha.cmd.commands import Subparsers

VERBS = {
    'retry': 'try again what has failed',
    'confirm-off': 'give your word that the host is off: its instances are '
    'then started elsewhere, and would be destroyed if it ran',
    'release': 'overrule the guards, for this incident: its evacuations are '
    'not held any more',
    'let-return': 'let a host in again that is kept out because it failed '
    'again and again',
    'cancel': 'end the recovery; what nova was told stays told',
}


def add_verbs(verbs: 'Subparsers') -> None:
    """Add the verbs below ``recovery``."""
    for verb, about in VERBS.items():
        parser = verbs.add_parser(verb, help=about, description=about)
        parser.add_argument(
            'recovery',
            metavar='UUID|HOST',
            help='a recovery, or the host of an active one',
        )
        parser.set_defaults(handler=_act, verb=verb)
        if verb == 'confirm-off':
            parser.add_argument(
                '--yes',
                action='store_true',
                help='do not ask on the terminal',
            )


def _act(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    uuid = daemon.active_recovery(conf, args.recovery)
    if args.verb == 'confirm-off' and not args.yes:
        _ask_on_terminal(args.recovery)
    answer = daemon.ask(conf, 'POST', f'/v1/recoveries/{uuid}/{args.verb}')
    recovery = answer.get('recovery')
    if isinstance(recovery, dict):
        print(
            f'Recovery {uuid} of {recovery.get("host")} is '
            f'{recovery.get("state")}.'
        )
    return commands.OK


def _ask_on_terminal(wanted: str) -> None:
    """Let a person at a terminal think twice.

    :raises commands.CommandError: they did.
    """
    if not sys.stdin.isatty():
        return
    print(
        f'If {wanted} still runs, two copies of its instances will write to '
        'the same disks.'
    )
    try:
        word = input('Have you seen that it is off? Type yes: ')
    except EOFError:
        word = ''
    if word.strip() != 'yes':
        raise commands.CommandError('not confirmed, nothing was done')
