# SPDX-License-Identifier: Apache-2.0
"""Tables of text."""

from collections.abc import Sequence


def columns(
    head: Sequence[str], rows: Sequence[Sequence[str]], indent: str = ''
) -> list[str]:
    """The lines of a table; numbers (``1.5``, ``12``, ``-``) to the right."""
    every = [head, *rows]
    widths = [
        max(len(row[column]) for row in every) for column in range(len(head))
    ]
    right = [
        bool(rows) and all(_is_number(row[column]) for row in rows)
        for column in range(len(head))
    ]
    return [
        (
            indent
            + '  '.join(
                cell.rjust(width) if to_right else cell.ljust(width)
                for cell, width, to_right in zip(
                    row, widths, right, strict=True
                )
            )
        ).rstrip()
        for row in every
    ]


def _is_number(text: str) -> bool:
    return text == '-' or text.replace('.', '', 1).isdigit()
