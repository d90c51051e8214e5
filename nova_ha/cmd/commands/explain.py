# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage explain: what would be done about an instance, and why.

Asks nova and decides as the fencer would if the host failed now. Changes
nothing.
"""

import argparse
from collections.abc import Sequence
import re
from typing import TYPE_CHECKING

from oslo_config import cfg

from nova_ha.cmd import commands
from nova_ha.cmd.commands import output
from nova_ha.recovery import errors
from nova_ha.recovery import explaining
from nova_ha.recovery.explaining import Explained
from nova_ha.recovery.explaining import Explanation
from nova_ha.recovery.model import Instance

if TYPE_CHECKING:
    from nova_ha.cmd.commands import Subparsers
    from nova_ha.compute.gateway import NovaCompute

WIDTH = 56
"""Characters of a line of reasons: the table has less than 80."""

_UUID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')


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
    from nova_ha.rules import RulesFile

    rules = RulesFile(args.rules or conf.policy.rules_file)
    nova = NovaCompute.from_conf(conf)
    host, instances = _found(nova, args)
    images = GlanceImages.from_conf(conf)
    policy = RulesPolicy(rules.rules, nova, SystemClock(), images)
    decisions = policy.decide(host, instances)
    found = explaining.explain(instances, decisions)
    if args.format == 'json':
        output.print_json(found)
    elif not found:
        print(f'There is no instance on {host}.')
    else:
        for one in found:
            _print(one)
    return commands.OK


def _found(
    nova: 'NovaCompute', args: argparse.Namespace
) -> tuple[str, Sequence[Instance]]:
    """Return the host and those of its instances that are asked about."""
    if args.host is not None:
        nova.service(args.host)  # says so if there is no such host
        return args.host, nova.instances(args.host)
    instance = _server(nova, args.server)
    return instance.host or '', [instance]


def _server(nova: 'NovaCompute', wanted: str) -> Instance:
    if _UUID.fullmatch(wanted):
        try:
            return nova.instance(wanted)
        except errors.ComputeNotFound:
            pass  # somebody may have named one like this
    found = nova.named(wanted)
    if not found:
        raise commands.CommandError(
            f'nova has no instance with the uuid or name {wanted}'
        )
    if len(found) > 1:
        uuids = ', '.join(sorted(instance.uuid for instance in found))
        raise commands.CommandError(
            f'{len(found)} instances have the name {wanted}; give the uuid of '
            f'one: {uuids}'
        )
    return found[0]


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
