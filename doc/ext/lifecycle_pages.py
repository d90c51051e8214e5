# SPDX-License-Identifier: Apache-2.0
"""Shows the tables of transitions: a drawing, the states, and all moves.

``.. lifecycle-drawing:: recovery`` draws the machine, ``lifecycle-states``
lists its states with what their docstrings say, ``lifecycle-moves`` lists
what may follow what. All of it is read from nova_ha.recovery, so it cannot
be out of date. The drawing needs graphviz's ``dot``; where that is missing,
the same is shown in words.
"""

import ast
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import enum
import inspect
import shutil
import subprocess
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from sphinx.util import logging

from nova_ha.recovery import lifecycle
from nova_ha.recovery import states

LOG = logging.getLogger(__name__)

MACHINES: Mapping[str, tuple[type[enum.Enum], Mapping[Any, Any]]] = {
    'recovery': (states.RecoveryState, lifecycle.TRANSITIONS),
    'evacuation': (states.EvacuationState, lifecycle.EVACUATION_TRANSITIONS),
}

ACTING = states.ACTING | {
    states.EvacuationState.MIGRATING,
    states.EvacuationState.REQUESTED,
    states.EvacuationState.RESTORING,
}
ENDS = states.FINAL | {
    states.EvacuationState.SUCCEEDED,
    states.EvacuationState.SKIPPED,
}
NEEDS_SOMEBODY = states.NEEDS_SOMEBODY | {states.EvacuationState.FAILED}

DOT = """\
digraph {name} {{
  rankdir=TB; nodesep=0.4; ranksep=0.55;
  node [shape=box, style="rounded,filled", fillcolor=white,
        fontname="sans-serif", fontsize=12];
  edge [fontname="sans-serif", fontsize=10, color="#555555"];
{nodes}
{edges}
}}
"""

COLOURS = (
    (ENDS, '#e4f2e4', 'the end'),
    (NEEDS_SOMEBODY, '#fbe3df', 'somebody is called'),
    (ACTING, '#e3ecf8', 'nova-ha or nova works'),
)
OTHERWISE = '#f4f4f4'


def moves(machine: str) -> Sequence[tuple[str, str, str]]:
    """Return (state, event, next state), in the order of the table."""
    _, table = MACHINES[machine]
    return [
        (before.value, event.value, after.value)
        for (before, event), after in table.items()
    ]


def meanings(kind: type[enum.Enum]) -> Mapping[str, str]:
    """Return what the docstring of each member says."""
    [body] = ast.parse(inspect.getsource(kind)).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for line, after in zip(body.body, body.body[1:], strict=False):
        if isinstance(line, ast.Assign) and isinstance(after, ast.Expr):
            assert isinstance(line.value, ast.Constant)
            assert isinstance(after.value, ast.Constant)
            text = inspect.cleandoc(str(after.value.value))
            found[str(line.value.value)] = ' '.join(text.split())
    return found


def dot(machine: str) -> str:
    """Return the drawing in graphviz's language; self-loops are left out."""
    kind, _ = MACHINES[machine]
    edges: dict[tuple[str, str], list[str]] = {}
    for before, event, after in moves(machine):
        if before != after:
            edges.setdefault((before, after), []).append(event)
    return DOT.format(
        name=machine,
        nodes='\n'.join(
            f'  {state.value} [fillcolor="{_colour(state)}"];'
            for state in kind
        ),
        edges='\n'.join(
            f'  {before} -> {after} [label="{_lines(events)}"];'
            for (before, after), events in edges.items()
        ),
    )


def _lines(events: Sequence[str]) -> str:
    return r'\n'.join(event.replace('_', ' ') for event in events)


def _colour(state: enum.Enum) -> str:
    return next((c for which, c, _ in COLOURS if state in which), OTHERWISE)


def svg(source: str) -> str | None:
    """Return the drawing, or None where there is nothing to draw it with."""
    program = shutil.which('dot')
    if program is None:
        return None
    done = subprocess.run(
        [program, '-Tsvg'],
        input=source,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    if done.returncode:
        LOG.info('dot draws nothing: %s', done.stderr.strip())
        return None
    return done.stdout[done.stdout.index('<svg') :]


class _OfMachine(Directive):
    required_arguments = 1

    @property
    def machine(self) -> str:
        name: str = self.arguments[0]
        if name not in MACHINES:
            raise self.error(f'no machine {name!r}; {", ".join(MACHINES)}')
        return name


class Drawing(_OfMachine):
    """``lifecycle-drawing``."""

    def run(self) -> list[nodes.Node]:
        """Return the drawing, or the moves in words."""
        drawn = svg(dot(self.machine))
        if drawn is None:
            lines = [
                f'{before:18} --{event}--> {after}'
                for before, event, after in moves(self.machine)
                if before != after
            ]
            text = '\n'.join(lines)
            return [nodes.literal_block(text, text, language='none')]
        legend = '; '.join(f'{c}: {what}' for _, c, what in COLOURS)
        drawn = drawn.replace(
            '<svg ',
            f'<svg role="img" aria-label="{legend}" '
            'style="max-width:100%;height:auto" ',
            1,
        )
        return [nodes.raw('', drawn, format='html')]


class States(_OfMachine):
    """``lifecycle-states``."""

    def run(self) -> list[nodes.Node]:
        """Return a table: state, kind, meaning."""
        kind, _ = MACHINES[self.machine]
        said = meanings(kind)
        rows = [
            (state.value, _kind(state), said[state.value]) for state in kind
        ]
        return [table(('State', 'Kind', 'Meaning'), rows, (20, 20, 60))]


def _kind(state: enum.Enum) -> str:
    if state in ENDS:
        return 'end'
    if state in NEEDS_SOMEBODY:
        return 'rests, calls somebody'
    return 'acting' if state in ACTING else 'rests'


class Moves(_OfMachine):
    """``lifecycle-moves``."""

    def run(self) -> list[nodes.Node]:
        """Return a table: state, event, next state, meaning of the event."""
        events = {
            'recovery': states.Event,
            'evacuation': states.EvacuationEvent,
        }[self.machine]
        said = meanings(events)
        rows = [
            (before, event, after, said[event])
            for before, event, after in moves(self.machine)
        ]
        headings = ('In', 'when', 'it becomes', 'which means')
        return [table(headings, rows, (18, 18, 18, 46))]


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
) -> nodes.table:
    """Return a table; words with an underscore are shown as literals."""
    group = nodes.tgroup(cols=len(headings))
    group += [nodes.colspec(colwidth=width) for width in widths]
    group += nodes.thead('', _row(headings))
    group += nodes.tbody('', *[_row(row) for row in rows])
    return nodes.table('', group)


def _row(cells: Sequence[str]) -> nodes.row:
    return nodes.row('', *[_entry(cell) for cell in cells])


def _entry(text: str) -> nodes.entry:
    return nodes.entry('', nodes.paragraph('', '', *_inline(text)))


def _inline(text: str) -> Iterator[nodes.Node]:
    if ' ' in text or not text.islower():
        yield nodes.Text(text)
    else:
        yield nodes.literal(text, text)


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directives."""
    app.add_directive('lifecycle-drawing', Drawing)
    app.add_directive('lifecycle-states', States)
    app.add_directive('lifecycle-moves', Moves)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
