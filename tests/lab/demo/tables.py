# SPDX-License-Identifier: Apache-2.0
"""What the demonstration prints at its end."""

from collections.abc import Mapping
from collections.abc import Sequence

from tests.lab.columns import columns
from tests.lab.demo.instances import Planned
from tests.lab.demo.instances import Seen
from tests.lab.demo.promises import Promise
from tests.lab.demo.report import Report
from tests.lab.demo.report import Row
from tests.lab.demo.timeline import Figure
from tests.lab.demo.timeline import Moment

INDENT = '  '


def booted(seen: Mapping[str, Seen], planned: Mapping[str, Planned]) -> str:
    """The instances before the host fails."""
    rows = [
        (
            each.name,
            each.status,
            each.host,
            _particular(planned[uuid]),
        )
        for uuid, each in sorted(seen.items(), key=lambda i: i[1].name)
    ]
    return _table(('INSTANCE', 'STATE', 'HOST', ''), rows)


def _particular(planned: Planned) -> str:
    words = []
    if planned.port:
        words.append('has a port')
    if planned.locked:
        words.append('locked by its owner')
    return ', '.join(words)


def everything(report: Report) -> str:
    """All that is told at the end."""
    early = any(each.seconds < 0 for each in report.timeline)
    before = ', those before it negative' if early else ''
    parts = [
        f'Timeline (seconds since the fence request{before})',
        _timeline(report.timeline, report.instances, report.missing),
        '',
        'Instances',
        _instances(report.instances),
        '',
        'Figures',
        _figures(report.figures),
        '',
        'Promises, as seen by the guests\' journal, nova and nova-api\'s log',
        _promises(report.promises),
    ]
    return '\n'.join(parts)


def _timeline(
    moments: Sequence[Moment], instances: Sequence[Row], missing: Sequence[str]
) -> str:
    lines = [(each.seconds, each.event) for each in moments]
    lines += [
        (row.seconds, f'  {row.name} is up on {row.to}')
        for row in instances
        if row.seconds is not None
    ]
    lines.sort()
    text = [f'{INDENT}{seconds:8.3f}  {what}' for seconds, what in lines]
    text += [f'{INDENT}{"-":>8}  {name}: never happened' for name in missing]
    return '\n'.join(text)


def _instances(rows: Sequence[Row]) -> str:
    return _table(
        (
            'INSTANCE',
            'FROM',
            'TO',
            'BEFORE',
            'AFTER',
            'OUTCOME',
            'SECONDS',
            '',
        ),
        [
            (
                row.name,
                row.source,
                row.to or '-',
                row.before,
                row.after,
                row.outcome,
                '-' if row.seconds is None else f'{row.seconds:.2f}',
                row.message,
            )
            for row in rows
        ],
    )


def _figures(figures: Sequence[Figure]) -> str:
    rows = [
        (
            each.name,
            f'{each.seconds:.3f}',
            f'< {each.goal:g}',
            'met' if each.met else 'MISSED',
        )
        for each in figures
    ]
    return _table(('', 'SECONDS', 'GOAL', ''), rows)


def _promises(promises: Sequence[Promise]) -> str:
    return '\n'.join(
        f'{INDENT}{"kept  " if each.kept else "BROKEN"}  {each.promise}\n'
        f'{INDENT}        {each.seen}'
        for each in promises
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return '\n'.join(columns(head, rows, INDENT))
