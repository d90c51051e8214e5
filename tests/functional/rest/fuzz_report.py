# SPDX-License-Identifier: Apache-2.0
"""What schemathesis has asked and was answered, as text for readers."""

import collections
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import json
import pathlib
from typing import Any

from tests.functional.rest.known import Known


@dataclasses.dataclass
class Report:
    """One run.

    :ivar statuses: how often an operation was answered with each status.
    :ivar failed: how often an answer was not as described, by operation.
    """

    version: str = ''
    seed: int = 0
    seconds: float = 0.0
    statuses: dict[str, collections.Counter[int]] = dataclasses.field(
        default_factory=lambda: collections.defaultdict(collections.Counter)
    )
    failed: collections.Counter[str] = dataclasses.field(
        default_factory=collections.Counter
    )

    @property
    def asked(self) -> int:
        """How many requests were answered."""
        return sum(one.total() for one in self.statuses.values())

    @property
    def server_errors(self) -> int:
        """How many answers said that something is wrong on our side."""
        return sum(
            number
            for one in self.statuses.values()
            for status, number in one.items()
            if status >= 500
        )

    def mostly_unknown(self) -> list[str]:
        """Return the operations that have mostly answered 404."""
        return [
            name
            for name, statuses in sorted(self.statuses.items())
            if statuses[404] * 2 > statuses.total()
        ]


def read(file: pathlib.Path) -> Report:
    """Return what the events tell that schemathesis has written as NDJSON."""
    report = Report()
    with file.open(encoding='utf-8') as lines:
        for line in lines:
            for kind, event in json.loads(line).items():
                _note(report, kind, event)
    return report


def _note(report: Report, kind: str, event: Mapping[str, Any]) -> None:
    if kind == 'Initialize':
        report.version = event['schemathesis_version']
        report.seed = event['seed']
    elif kind == 'EngineFinished':
        report.seconds = event['running_time']
    elif kind == 'ScenarioFinished':
        _note_scenario(report, event['recorder'])


def _note_scenario(report: Report, recorder: Mapping[str, Any]) -> None:
    label = recorder['label']
    for interaction in recorder['interactions'].values():
        response = interaction['response']
        if response is not None:
            report.statuses[label][response['status_code']] += 1
    report.failed[label] += sum(
        check['status'] == 'failure'
        for checks in recorder['checks'].values()
        for check in checks
    )


def text(report: Report, known: Known, examples: int) -> str:
    """Return it in reStructuredText, to be included in a page.

    :param known: what there was when it began.
    :param examples: test cases at most of each operation and phase.
    """
    there = ', '.join(
        f'{len(names)} of kind {kind}' for kind, names in sorted(known.items())
    )
    how = (
        f'schemathesis {report.version}, ``--examples {examples} --seed '
        f'{report.seed}``, {report.seconds:.0f} seconds'
    )
    unknown = _listed(report.mostly_unknown())
    lines = [
        '.. Written by python -m tests.functional.rest.fuzz --report; run it',
        '   again rather than edit this.',
        '',
        f'* {how}',
        f'* {report.asked} requests to {len(report.statuses)} operations',
        f'* answers with 5xx: {report.server_errors}',
        f'* answers that were not as described: {report.failed.total()}',
        f'* what there was to ask for when it began: {there}',
        f'* operations that answered mostly with 404: {unknown}',
        '',
        *_table(report),
    ]
    return '\n'.join(lines) + '\n'


def _listed(names: Sequence[str]) -> str:
    return ', '.join(f'``{name}``' for name in names) or 'none'


def _table(report: Report) -> Iterator[str]:
    seen = sorted({s for one in report.statuses.values() for s in one})
    yield '.. csv-table:: Requests, and how many were answered with a status'
    yield f'   :header: Operation, Requests, {", ".join(map(str, seen))}'
    yield ''
    for name, statuses in sorted(report.statuses.items(), key=_by_path):
        cells = [str(statuses[status] or '') for status in seen]
        row = [f'   ``{name}``', str(statuses.total()), *cells]
        yield ', '.join(row).rstrip()


def _by_path(item: tuple[str, object]) -> list[str]:
    return item[0].split()[::-1]
