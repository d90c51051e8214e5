# SPDX-License-Identifier: Apache-2.0
"""Tables that stand below another output, as lines; pure."""

from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

from nova_ha.osc import text

GAP = '  '


def lines(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    width: int | None = None,
) -> list[str]:
    """Return the heading and the rows, aligned, numbers to the right.

    :param width: longer lines are cut, at their end.
    """
    body = [list(row) for row in rows]
    right = [
        bool(body) and all(isinstance(row[at], int | float) for row in body)
        for at in range(len(columns))
    ]
    cells = [list(columns), *([_cell(c) for c in row] for row in body)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        cut(
            GAP.join(
                cell.rjust(w) if to_right else cell.ljust(w)
                for cell, w, to_right in zip(row, widths, right, strict=True)
            ).rstrip(),
            width,
        )
        for row in cells
    ]


def cut(line: str, width: int | None) -> str:
    """Return no more than so many characters, with a mark where cut."""
    if width is None or len(line) <= width:
        return line
    return line[: max(width - 3, 0)] + '...'[:width]


def _cell(value: Any) -> str:
    if value is None:
        return ''
    return ' '.join(text.printable(value).split())
