# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage mode: what nova-ha may do at all, on all controllers.

Set through the fencer of this machine, which obeys at once; where none runs,
in the store itself, for the next start and the other controllers.
"""

import argparse
import getpass
import pathlib
from typing import TYPE_CHECKING

from oslo_config import cfg

from nova_ha.cmd import commands
from nova_ha.cmd.commands import output
from nova_ha.pacemaker import client
from nova_ha.recovery import errors
from nova_ha.recovery.modes import ARMED
from nova_ha.recovery.modes import Mode
from nova_ha.recovery.modes import Standing

if TYPE_CHECKING:
    from nova_ha.cmd.commands import Subparsers
    from nova_ha.db.modes import RememberedModes
    from nova_ha.db.store import SqlStore

CHANGES = 5
"""How many of the latest changes are shown."""

ABOUT = {
    Mode.ARMED: 'hosts are fenced and their instances evacuated',
    Mode.PAUSED: 'hosts are fenced and nova is told; evacuations are held',
    Mode.OBSERVE: 'nothing is done: no host is powered off, Pacemaker is told '
    'that it is not fenced, and what would be done is written down',
}


def register(subparsers: 'Subparsers') -> None:
    """Add ``mode show`` and ``mode set``."""
    parser = subparsers.add_parser(
        'mode', help='armed, paused or observe: what nova-ha may do'
    )
    verbs = parser.add_subparsers(metavar='VERB', required=True)
    show = verbs.add_parser('show', help='show the mode and who set it')
    output.add_format_option(show)
    show.set_defaults(handler=_show)
    words = '; '.join(f'{m.value}: {about}' for m, about in ABOUT.items())
    change = verbs.add_parser(
        'set', help='set the mode, for all controllers', description=words
    )
    change.add_argument('mode', choices=[mode.value for mode in Mode])
    change.add_argument(
        '--reason', required=True, help='why, for all who see it'
    )
    change.set_defaults(handler=_set)


def line(store: 'SqlStore') -> str:
    """Return the mode in a line, to stand above other output."""
    found = store.modes(1)
    return f'Mode: {found[0] if found else ARMED}'


def store_of(conf: cfg.ConfigOpts) -> 'SqlStore':
    """Open the store; its schema must be that of this release."""
    from nova_ha.db import schema
    from nova_ha.db import store

    schema.check(conf)
    return store.SqlStore(conf)


def remembered(conf: cfg.ConfigOpts) -> 'RememberedModes':
    """Return the mode as the store, or else this machine, knows it."""
    from nova_ha.db import modes

    path = pathlib.Path(conf.state_path) / modes.FILE
    return modes.RememberedModes(store_of(conf), path)


def _show(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    changes = list(store_of(conf).modes(CHANGES))
    standing = changes[0] if changes else ARMED
    if args.format == 'json':
        output.print_json({'mode': standing, 'changes': changes})
        return commands.OK
    output.print_fields(
        {
            'mode': standing.mode,
            'about': ABOUT[standing.mode],
            'since': standing.since,
            'by': standing.by,
            'reason': standing.reason,
        }
    )
    if len(changes) > 1:
        print('\nBefore that')
        output.print_table(
            ('Since (UTC)', 'Mode', 'By', 'Reason'),
            [(c.since, c.mode, c.by, c.reason) for c in changes[1:]],
        )
    return commands.OK


def _set(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    if not args.reason.strip():
        raise commands.CommandError('--reason must say why')
    body: dict[str, object] = {'mode': args.mode, 'reason': args.reason}
    try:
        client.ask(conf.fencer.socket, 'PUT', '/v1/mode', body, 30.0)
    except client.NotThere:
        by = f'{getpass.getuser()} (no fencer ran)'
        wanted = Standing(Mode(args.mode), None, by, args.reason)
        remembered(conf).write(wanted)
        print('nova-ha-fencer does not run here: written to the store.')
    except client.DaemonError as error:
        raise commands.CommandError(str(error)) from None
    print(f'The mode is {args.mode}: {ABOUT[Mode(args.mode)]}.')
    _tell_active(conf, Mode(args.mode))
    return commands.OK


def _tell_active(conf: cfg.ConfigOpts, mode: Mode) -> None:
    """Say what that does to recoveries under way."""
    if mode is Mode.ARMED:
        return
    try:
        active = store_of(conf).recoveries(active=True)
    except errors.RecoveryError:
        return  # it is set all the same
    if not active:
        return
    hosts = ', '.join(sorted({r.host for r in active}))
    what = {
        Mode.PAUSED: 'ask nova for no further instance',
        Mode.OBSERVE: 'stand still as they are, until the mode is another',
    }
    print(f'{len(active)} recoveries ({hosts}) {what[mode]}.')
