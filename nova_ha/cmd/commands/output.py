# SPDX-License-Identifier: Apache-2.0
"""Tables for people, JSON for programs."""

import argparse
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime
import enum
import json
import textwrap
from typing import Any

import prettytable


def add_format_option(parser: argparse.ArgumentParser) -> None:
    """Add ``-f table|json``."""
    parser.add_argument(
        '-f',
        '--format',
        choices=('table', 'json'),
        default='table',
        help='how to print it (default: %(default)s)',
    )


def print_json(value: Any) -> None:
    """Print dataclasses and what they are made of."""
    print(json.dumps(value, default=_plain, indent=2, ensure_ascii=False))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows below their headings."""
    table = prettytable.PrettyTable(list(columns))
    table.align = 'l'
    table.add_rows([[text(cell) for cell in row] for row in rows])
    print(table)


def print_blocks(blocks: Sequence[Mapping[str, Any]], width: int) -> None:
    """Print things with long texts, a field a line, a rule between two.

    :param width: characters of a line of text.
    """
    table = prettytable.PrettyTable(header=False)
    table.align = 'l'
    for block in blocks:
        rows = [
            [name, textwrap.fill(text(cell), width)]
            for name, cell in block.items()
        ]
        table.add_rows(rows[:-1])
        table.add_row(rows[-1], divider=True)
    print(table)


def print_fields(fields: Mapping[str, Any]) -> None:
    """Print one thing, a field a line."""
    print_table(('Field', 'Value'), list(fields.items()))


def text(value: Any) -> str:
    """Return what a person reads for it; nothing for None."""
    if value is None:
        return ''
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).strftime('%Y-%m-%d %H:%M:%S.%f')[
            :-3
        ]
    if isinstance(value, enum.Enum):
        return str(value.value)
    # A control character in nova's words must not reach the terminal.
    return ''.join(c if c.isprintable() else ' ' for c in str(value))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: getattr(value, field.name)
            for field in dataclasses.fields(value)
        }
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    raise TypeError(f'{value!r} has no place in JSON')
