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
from nova_ha.recovery.states import OffBy

if TYPE_CHECKING:
    from nova_ha.cmd.commands import Subparsers

CREATE_SECONDS = 90.0
"""How long it may take to ask everybody whether the host is alive."""

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
    _add_create(verbs)
    for verb, about in VERBS.items():
        parser = verbs.add_parser(verb, help=about, description=about)
        parser.add_argument(
            'recovery',
            metavar='UUID|HOST',
            help='a recovery, or the host of an active one',
        )
        parser.set_defaults(handler=_act, verb=verb)
        if verb == 'confirm-off':
            _add_yes(parser)


def _add_create(verbs: 'Subparsers') -> None:
    about = 'recover a host that nobody else has fenced'
    parser = verbs.add_parser('create', help=about, description=about)
    parser.add_argument(
        'host', metavar='HOST', help='its name in nova or in Pacemaker'
    )
    parser.add_argument(
        '--off',
        required=True,
        choices=[off.value for off in OffBy],
        help='driver: its drivers power it off, and that is verified; '
        'confirmed: you give your word that it is off, which is not taken '
        'for a host that is seen alive',
    )
    parser.add_argument('--reason', required=True, help='why, for the record')
    _add_yes(parser)
    parser.set_defaults(handler=_create)


def _add_yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--yes', action='store_true', help='do not ask on the terminal'
    )


def _create(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    if not args.reason.strip():
        raise commands.CommandError('--reason must say why')
    if args.off == OffBy.CONFIRMED.value and not args.yes:
        _ask_on_terminal(args.host)
    body: dict[str, object] = {
        'host': args.host,
        'off': args.off,
        'reason': args.reason,
    }
    answer = daemon.ask(conf, 'POST', '/v1/recoveries', body, CREATE_SECONDS)
    recovery = answer.get('recovery')
    if isinstance(recovery, dict):
        print(
            f'Recovery {recovery.get("uuid")} of {recovery.get("host")} is '
            f'{recovery.get("state")}.'
        )
    return commands.OK


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
