# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage explain: what would be done about an instance, and why.

Asks nova and decides as the fencer would if the host failed now. Changes
nothing.
"""

import argparse
from typing import TYPE_CHECKING

from oslo_config import cfg

from nova_ha.cmd import commands
from nova_ha.cmd.commands import output
from nova_ha.recovery.explaining import Explained
from nova_ha.recovery.explaining import Explanation

if TYPE_CHECKING:
    from nova_ha.cmd.commands import Subparsers

WIDTH = 56
"""Characters of a line of reasons: the table has less than 80."""


def register(subparsers: 'Subparsers') -> None:
    """Add ``explain``."""
    parser = subparsers.add_parser(
        'explain',
        help='what would be done about an instance if its host failed now, '
        'and which rule says so; changes nothing',
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        'server', metavar='SERVER', nargs='?', help='its uuid or name'
    )
    what.add_argument(
        '--host', help="every instance on this host, by nova's name of it"
    )
    parser.add_argument(
        '--rules',
        metavar='FILE',
        help='decide by this rules file instead of the one that is '
        'configured: to try it before it is put in force',
    )
    output.add_format_option(parser)
    parser.set_defaults(handler=commands.telling_all(_explain))


def _explain(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    from nova_ha.clock import SystemClock
    from nova_ha.compute.gateway import NovaCompute
    from nova_ha.engine.policy import RulesPolicy
    from nova_ha.image.gateway import GlanceImages
    from nova_ha.inspection.servers import ServerLook
    from nova_ha.rules import RulesFile

    rules = RulesFile(args.rules or conf.policy.rules_file)
    nova = NovaCompute.from_conf(conf)
    images = GlanceImages.from_conf(conf)
    policy = RulesPolicy(rules.rules, nova, SystemClock(), images)
    look = ServerLook(nova, policy)
    if args.host is not None:
        found = look.host(args.host)
    else:
        found = [look.one(args.server)]
    if args.format == 'json':
        output.print_json(found)
    elif not found:
        print(f'There is no instance on {args.host}.')
    else:
        for one in found:
            _print(one)
    return commands.OK


def _print(one: Explained) -> None:
    task = f', task_state {one.task_state}' if one.task_state else ''
    outcome = f'{one.outcome}: {one.stays}' if one.stays else one.outcome
    print(f'{output.text(one.name)} ({one.uuid})')
    output.print_blocks(
        [
            {
                'Host': one.host or 'none',
                'State': f'{one.vm_state}{task}',
                'Nova': one.nova,
                'Outcome': outcome,
            },
            {d.question: _decision(d) for d in one.decisions},
        ],
        WIDTH,
    )
    print()


def _decision(found: Explanation) -> str:
    if not found.decided:
        return found.because
    return f'{found.decided} ({found.because})'
