# SPDX-License-Identifier: Apache-2.0
"""What came of the scenarios: a table to read, a file to compute with."""

from collections.abc import Sequence
import dataclasses
import json
import pathlib

from tests.lab import versions
from tests.lab.columns import columns
from tests.lab.scenarios.figures import Figures


@dataclasses.dataclass(frozen=True)
class Result:
    """What came of one.

    :ivar seed: its number among the seed behaviours.
    :ivar outcome: passed, failed or skipped.
    :ivar problem: why it did not pass.
    :ivar guests: what the journal shows that must never be.
    :ivar seconds: how long it took, without making the lab good.
    """

    name: str
    seed: int
    title: str
    outcome: str
    problem: str
    guests: Sequence[str]
    figures: Figures
    seconds: float
    transcript: str = ''


def table(results: Sequence[Result]) -> str:
    """For people."""
    head = (
        *('', 'SCENARIO', 'OUTCOME', 'GUESTS', 'NOTICED', 'OFF', 'DOWN'),
        *('ELSEWHERE', 'SERVING', 'DECIDED-DOWN', 'TOOK'),
    )
    rows = [
        (
            str(each.seed),
            each.name,
            each.outcome,
            _guests(each),
            *(
                _seconds(value)
                for value in (
                    each.figures.noticed,
                    each.figures.off,
                    each.figures.down,
                    each.figures.elsewhere,
                    each.figures.serving,
                    each.figures.decided_to_down,
                    each.seconds,
                )
            ),
        )
        for each in results
    ]
    lines = columns(head, rows)
    for each in results:
        for problem in (*filter(None, [each.problem]), *each.guests):
            lines.append(f'{each.name}: {problem}')
    return '\n'.join(lines)


def transcripts(report: pathlib.Path) -> pathlib.Path:
    """Where they go that belong to the report in this file."""
    return report.with_suffix('')


def write(
    path: pathlib.Path, results: Sequence[Result], lab: dict[str, object]
) -> None:
    """For programs: JSON."""
    content = {
        'lab': lab,
        'versions': versions.versions(),
        'scenarios': [
            {
                **dataclasses.asdict(each),
                'decided_to_down': each.figures.decided_to_down,
            }
            for each in results
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + '\n')


def _guests(result: Result) -> str:
    if result.outcome == 'skipped':
        return '-'
    return 'WRONG' if result.guests else 'right'


def _seconds(value: float | None) -> str:
    return '-' if value is None else f'{value:.1f}'
