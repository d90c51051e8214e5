# SPDX-License-Identifier: Apache-2.0
"""What ``nova-ha-manage capacity`` prints for people."""

from collections.abc import Sequence
import textwrap
from typing import TYPE_CHECKING

from nova_ha.cmd.commands import output

if TYPE_CHECKING:
    from nova_ha.cmd.inquiries.capacity import Cost
    from nova_ha.recovery.capacity.cloud import Cloud
    from nova_ha.recovery.capacity.outlook import Outlook
    from nova_ha.recovery.capacity.survey import Survey

WIDTH = 79
"""Characters of a line of text."""

SHOWN = 10
"""Instances without a place that are named where not all are asked for."""


def print_hosts(
    cloud: 'Cloud', found: 'Sequence[Outlook]', *, all_left: bool
) -> None:
    """Print a line for each, and the instances that find no place."""
    states = {s.name: _state(s.up, s.enabled) for s in cloud.standings}
    output.print_table(
        ('If lost', 'Now', 'Instances', 'Sure', 'Likely', 'At most', 'All'),
        [
            (
                ', '.join(one.hosts),
                ', '.join(states[host] for host in one.hosts),
                one.instances,
                one.sure,
                one.likely,
                one.at_most,
                one.verdict,
            )
            for one in found
        ],
    )
    _print_left([one for one in found if one.left], all_left)


def _state(up: bool, enabled: bool) -> str:
    if not up:
        return 'down'
    return 'up' if enabled else 'disabled'


def _print_left(found: 'Sequence[Outlook]', all_left: bool) -> None:
    rows = [
        (', '.join(one.hosts), left.instance, left.name, left.why)
        for one in found
        for left in one.left
    ]
    if not rows:
        return
    shown = rows if all_left else rows[:SHOWN]
    print('\nWithout a place, if places are given as is likely:')
    output.print_table(
        ('If lost', 'Instance', 'Name', 'The other hosts'), shown
    )
    if len(shown) < len(rows):
        print(f'... and {len(rows) - len(shown)} more: see --host')


def print_worst(found: 'Survey') -> None:
    """Print the worst choices, and how many hosts may fail."""
    print('\nThe worst hosts to lose together:')
    output.print_table(
        (
            'Number',
            'Hosts',
            'Instances',
            'Sure',
            'Likely',
            'At most',
            'Any so many',
            'Found by',
        ),
        [
            (
                one.number,
                ', '.join(one.outlook.hosts),
                one.outlook.instances,
                one.outlook.sure,
                one.outlook.likely,
                one.outlook.at_most,
                one.verdict,
                one.method,
            )
            for one in found.worst
        ],
    )
    print(f'\n{_sentence(found)}')


def _sentence(found: 'Survey') -> str:
    number, tried = found.bears, len(found.worst)
    if not number:
        return 'The cloud does not bear the loss of any one host for sure.'
    hosts = 'host' if number == 1 else 'hosts'
    more = '; more were not looked at' if number == tried else ''
    return f'The cloud bears the loss of any {number} {hosts}{more}.'


def print_end(notes: Sequence[str], cost: 'Cost') -> None:
    """Print what was left out, and what it cost."""
    print()
    for note in notes:
        print(textwrap.fill(f'Note: {note}.', WIDTH))
    print(
        f'Read {cost.hosts} hosts and {cost.instances} instances in '
        f'{cost.seconds:.1f} s, {cost.requests} requests.'
    )
