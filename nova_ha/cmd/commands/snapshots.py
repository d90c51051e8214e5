# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage snapshots: what would be lost if a host failed now.

Asks nova and glance; neither the fencer nor the store.
"""

import argparse
from collections.abc import Sequence
import sys
from typing import TYPE_CHECKING

from oslo_config import cfg

from nova_ha.cmd import commands
from nova_ha.cmd.commands import output

if TYPE_CHECKING:
    from nova_ha.cmd.commands import Subparsers
    from nova_ha.recovery.exposure import Exposure

EPILOG = (
    'Exit code 0: every instance with a local disk has a snapshot or backup '
    'that could be put back. 1: at least one has none (or none that is young '
    'enough, with --max-age), or nova or glance cannot be asked.'
)


def register(subparsers: 'Subparsers') -> None:
    """Add ``snapshots report``."""
    parser = subparsers.add_parser(
        'snapshots', help='the snapshots of instances with local disks'
    )
    verbs = parser.add_subparsers(metavar='VERB', required=True)
    report = verbs.add_parser(
        'report',
        help='list instances with local disks and how old their newest '
        'snapshot is, those at greatest risk first',
        epilog=EPILOG,
    )
    report.add_argument(
        '--host', action='append', help='only those on this host; repeatable'
    )
    report.add_argument(
        '--max-age',
        metavar='SECONDS',
        type=_positive,
        help='an older snapshot counts as none',
    )
    output.add_format_option(report)
    report.set_defaults(handler=_report)


def _positive(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float('inf'):
        raise argparse.ArgumentTypeError('must be more than 0')
    return seconds


def _report(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    from nova_ha.cmd.inquiries import snapshots
    from nova_ha.recovery import exposure

    found = snapshots.exposed(conf, args.host or (), args.max_age)
    if args.format == 'json':
        output.print_json([exposure.report(one) for one in found])
    else:
        _print(found)
    bad = sum(bool(one.problem) for one in found)
    if bad:
        print(
            f'{bad} of {len(found)} instances with local disks have nothing '
            'that could be put back.',
            file=sys.stderr,
        )
    return commands.FAILED if bad else commands.OK


def _print(found: 'Sequence[Exposure]') -> None:
    from nova_ha.recovery import disks

    output.print_table(
        ('Host', 'Instance', 'Name', 'GiB', 'Would be lost', 'Snapshot'),
        [
            (
                one.instance.host,
                one.instance.uuid,
                one.instance.name,
                f'{one.instance.local_gb:g}',
                f'everything: {one.problem}'
                if one.problem
                else f'the last {disks.span(one.age or 0.0)}',
                one.snapshot and one.snapshot.uuid,
            )
            for one in found
        ],
    )
