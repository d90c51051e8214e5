# SPDX-License-Identifier: Apache-2.0
"""A recovery as a picture on a terminal: from JSON to lines; pure."""

from collections.abc import Mapping
from collections.abc import Sequence
import datetime
import textwrap
from typing import Any

from nova_ha.osc import progress
from nova_ha.osc import tables
from nova_ha.osc import text

BAR = 40
"""Characters of a full bar."""

LEAST = 3
"""Rows of the table that are drawn, however low the terminal is."""

PHASES = 8
"""So many are drawn, the newest."""

COLUMNS = ('Instance', 'Name', 'State', 'Target', 'Took', 'Message')
PHASE = len('evacuation_failed')
"""Characters of the longest name of a state."""


def screen(
    answer: Mapping[str, Any],
    now: datetime.datetime,
    width: int = 80,
    height: int | None = None,
    trouble: str = '',
) -> list[str]:
    """Return what a terminal shows, no line longer than it is wide.

    :param answer: of ``GET /v1/recoveries/{uuid}``.
    :param now: the service's time.
    :param height: lines that there are; the table of instances gives way.
        None: as many as it takes.
    :param trouble: why this is not the newest there is; '' where it is.
    """
    top = [*_title(answer, now), '', *_phases(answer, now)]
    bottom = [*_notes(answer, width), *_trouble(trouble, width)]
    middle = _instances(answer)
    room = None
    if height is not None:
        # A blank line and the heading stand above the rows.
        room = max(height - len(top + middle + bottom) - 2, LEAST)
    table = _table(answer, now, width, room) if middle else []
    return [tables.cut(line, width) for line in top + middle + table + bottom]


def bar(done: int, total: int, width: int = BAR) -> str:
    """Return ``[#####.....]  50 %``; full only when all is done."""
    filled = width * done // total
    return f'[{"#" * filled}{"." * (width - filled)}] {100 * done // total} %'


def _title(answer: Mapping[str, Any], now: datetime.datetime) -> list[str]:
    recovery = answer['recovery']
    took = text.span(progress.elapsed(answer, now))
    host = text.printable(recovery['host'])
    lines = [f'{host}: {recovery["state"]}, {took} since the request']
    lines.append(f'Recovery {recovery["uuid"]}')
    proof = recovery.get('off_proof')
    if proof:
        at = text.clock(proof['verified_at'])
        witness = text.printable(proof['witness'])
        lines.append(f'Off since {at} UTC, by {proof["method"]}: {witness}')
    return lines


def _phases(answer: Mapping[str, Any], now: datetime.datetime) -> list[str]:
    every = progress.phases(answer, now)
    earlier = len(every) - PHASES
    lines = [f'  ... {earlier} earlier'] if earlier > 0 else []
    return lines + [_phase(phase) for phase in every[-PHASES:]]


def _phase(phase: progress.Phase) -> str:
    line = f'  {"+" if phase.over else ">"} {phase.state}'
    if phase.state in progress.FINAL:
        return line
    return f'{line.ljust(PHASE + 4)} {text.span(phase.seconds):>12}'


def _instances(answer: Mapping[str, Any]) -> list[str]:
    total = len(answer['evacuations'])
    if not total:
        return []
    words = ', '.join(f'{n} {s}' for s, n in progress.counts(answer).items())
    return [
        '',
        f'{text.counted(total, "instance")}: {words}',
        bar(progress.accounted(answer), total),
    ]


def _table(
    answer: Mapping[str, Any],
    now: datetime.datetime,
    width: int,
    room: int | None,
) -> list[str]:
    every = progress.in_order(answer)
    shown = every
    if room is not None and len(every) > room:
        # The last line says how many there are besides.
        shown = every[: room - 1]
    lines = ['', *tables.lines(COLUMNS, _rows(shown, now), width)]
    more = len(every) - len(shown)
    return [*lines, f'... and {more} more'] if more else lines


def _rows(
    shown: Sequence[Mapping[str, Any]], now: datetime.datetime
) -> list[list[str]]:
    rows = []
    for one in shown:
        took = progress.seconds_of(one, now)
        rows.append(
            [
                one['instance'][: text.SHORT],
                one['name'],
                one['state'],
                one.get('target') or '',
                '' if took is None else text.span(took),
                one.get('message') or '',
            ]
        )
    return rows


def _notes(answer: Mapping[str, Any], width: int) -> list[str]:
    recovery = answer['recovery']
    said = text.printable(recovery.get('message') or '')
    notes = [note for note in (said, progress.advice(recovery)) if note]
    lines = []
    for note in notes:
        lines += ['', *_wrapped(note, width)]
    return lines


def _trouble(trouble: str, width: int) -> list[str]:
    return ['', *_wrapped(text.printable(trouble), width)] * bool(trouble)


def _wrapped(note: str, width: int) -> list[str]:
    return textwrap.wrap(note, width, break_on_hyphens=False)
