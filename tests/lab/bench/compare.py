# SPDX-License-Identifier: Apache-2.0
"""The two clients beside one another. Pure."""

from collections.abc import Callable
from collections.abc import Sequence
import dataclasses
import statistics
from typing import Any

from tests.lab.bench.measure import Run
from tests.lab.columns import columns

GOAL = 1.05
DISTURBED = 0.15
"""Runs of which strangers had more of the processors count only if there are
no others."""
OURS = 'nova-ha'
BEST = 'best'


@dataclasses.dataclass(frozen=True)
class Ratio:
    """nova-ha against the best possible, medians over the rounds.

    :ivar quiet: each side has a run that strangers did not disturb; if not,
        the ratio says more about them than about nova-ha.
    """

    size: int
    figure: str
    ours: float
    best: float
    quiet: bool

    @property
    def ratio(self) -> float:
        return self.ours / self.best

    @property
    def met(self) -> bool:
        return self.ratio <= GOAL

    @property
    def verdict(self) -> str:
        """In a word."""
        if not self.quiet:
            return 'disturbed'
        return 'met' if self.met else 'missed'


def ratios(runs: Sequence[Run]) -> list[Ratio]:
    """For every size: the median instance, all, and what it cost.

    The cost in CPU is the figure that others on the machine disturb least.
    """
    found = []
    for size in sorted({run.size for run in runs}):
        quiet = all(_quiet(runs, size, client) for client in (OURS, BEST))
        for name, value in (
            ('median back', lambda run: run.median),
            ('all back', lambda run: run.all_back),
            ('CPU, cloud and client', lambda run: run.cloud_cpu + run.cpu),
        ):
            ours = _over(runs, size, OURS, value)
            best = _over(runs, size, BEST, value)
            found.append(Ratio(size, name, ours, best, quiet))
    return found


def _over(
    runs: Sequence[Run], size: int, client: str, value: Callable[[Run], float]
) -> float:
    """The median over the client's quiet runs, or over all if none was."""
    quiet = _quiet(runs, size, client)
    mine = [run for run in runs if (run.size, run.client) == (size, client)]
    return statistics.median(value(run) for run in quiet or mine)


def _quiet(runs: Sequence[Run], size: int, client: str) -> list[Run]:
    return [
        run
        for run in runs
        if (run.size, run.client) == (size, client) and run.others <= DISTURBED
    ]


def tables(runs: Sequence[Run]) -> str:
    """All that is told at the end."""
    parts = [_runs(runs), _ratios(runs)]
    sizes = sorted({run.size for run in runs})
    parts += [_profile(runs, size) for size in sizes]
    parts += [_calls(runs, size) for size in sizes]
    return '\n\n'.join(parts)


def _runs(runs: Sequence[Run]) -> str:
    head = (
        'SIZE',
        'CLIENT',
        'MEDIAN BACK',
        'ALL BACK',
        'REQUESTS',
        'OTHERS %',
    )
    rows = [
        (
            str(run.size),
            run.client,
            f'{run.median:.2f}',
            f'{run.all_back:.2f}',
            str(run.requests),
            f'{100 * run.others:.0f}',
        )
        for run in runs
    ]
    return _titled('Runs, in their order (seconds since off)', head, rows)


def _ratios(runs: Sequence[Run]) -> str:
    head = ('SIZE', '', 'NOVA-HA', 'BEST', 'RATIO', f'GOAL {GOAL}')
    rows = [
        (
            str(each.size),
            each.figure,
            f'{each.ours:.2f}',
            f'{each.best:.2f}',
            f'{each.ratio:.3f}',
            each.verdict,
        )
        for each in ratios(runs)
    ]
    return _titled('nova-ha / best, medians over the rounds', head, rows)


def api_seconds(run: Run) -> float:
    """Seconds that nova-api was busy for the client, over all requests."""
    return sum(run.api.values())


_PROFILE: Sequence[tuple[str, Callable[[Run], float]]] = (
    ('off verified -> nova begins with the PUT', lambda r: r.told),
    ('the PUT, in nova', lambda r: r.told_in),
    (
        'PUT answered -> nova begins with the first evacuate',
        lambda r: r.first_asked - r.told - r.told_in,
    ),
    ('an evacuate request, in nova (mean)', lambda r: r.post),
    (
        'a guest is back -> nova begins with the next evacuate (mean)',
        lambda r: r.refill,
    ),
    ("nova-api busy with the client's requests", api_seconds),
    ('CPU of the cloud', lambda r: r.cloud_cpu),
    ('CPU of the client (nova-ha: with the power-off)', lambda r: r.cpu),
)


def _profile(runs: Sequence[Run], size: int) -> str:
    rows = []
    for name, value in _PROFILE:
        ours = _over(runs, size, OURS, value)
        best = _over(runs, size, BEST, value)
        rows.append((name, f'{ours:.3f}', f'{best:.3f}'))
    title = f'Where the time goes, {size} instances (seconds)'
    return _titled(title, ('', 'NOVA-HA', 'BEST'), rows)


def _calls(runs: Sequence[Run], size: int) -> str:
    mine = [run for run in runs if run.size == size]
    kinds = sorted({kind for run in mine for kind in run.calls})
    rows = []
    for kind in kinds:
        cells = [kind]
        for client in (OURS, BEST):
            # A loop's own name in the lambdas of its turn.
            calls = _over(
                mine, size, client, lambda r, k=kind: r.calls.get(k, 0)
            )
            busy = _over(
                mine, size, client, lambda r, k=kind: r.api.get(k, 0.0)
            )
            cells += [f'{calls:.0f}', f'{busy:.2f}']
        rows.append(tuple(cells))
    head = ('REQUEST', 'NOVA-HA', 'BUSY', 'BEST', 'BUSY')
    title = f'Requests to nova, and seconds of nova-api, {size} instances'
    return _titled(title, head, rows)


def _titled(
    title: str, head: Sequence[str], rows: Sequence[Sequence[str]]
) -> str:
    return '\n'.join([title, *columns(head, rows, '  ')])


def as_json(runs: Sequence[Run]) -> dict[str, Any]:
    """The report file."""
    return {
        'goal': GOAL,
        'ratios': [
            {
                **dataclasses.asdict(each),
                'ratio': each.ratio,
                'verdict': each.verdict,
            }
            for each in ratios(runs)
        ],
        'runs': [
            {
                'median': run.median,
                'all_back': run.all_back,
                'requests': run.requests,
                **dataclasses.asdict(run),
            }
            for run in runs
        ],
    }
