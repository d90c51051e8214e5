# SPDX-License-Identifier: Apache-2.0
"""One value of an answer in each of cliff's formats.

Programs get the value itself with ``-f json`` and ``-f yaml``, and JSON for
lists and objects with ``-f csv`` and ``-f value``. People get text.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import json
from typing import Any

from nova_ha.osc import text

EXACT = frozenset({'json', 'yaml'})
"""These formats have types of their own."""

TABLE = 'table'


def shown(value: Any, formatter: str, key: str = '') -> Any:
    """Return the value as this format has it.

    :param formatter: cliff's name of the format.
    :param key: its name in the answer, which tells what is a time.
    """
    if formatter in EXACT:
        return value
    if formatter == TABLE:
        return readable(value, key)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return text.printable(value) if isinstance(value, str) else value


def readable(value: Any, key: str = '') -> Any:
    """Return it for people; numbers stay numbers, for cliff to align."""
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    if isinstance(value, int | float):
        return value
    if isinstance(value, list):
        return '\n'.join(_entry(one) for one in value)
    if isinstance(value, dict):
        return '\n'.join(_fields(value))
    return text.utc(value) if is_time(key) else printable(value)


def is_time(key: str) -> bool:
    """Tell whether the API has a time by this name."""
    return key in {'at', 'since', 'not_before'} or key.endswith(
        ('_at', '_since')
    )


def printable(value: Any) -> str:
    """Return text for a terminal; '' for None."""
    return '' if value is None else text.printable(value)


def without_none(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Blank what is None, but among numbers, which are still to be sorted."""
    numeric = [
        any(isinstance(cell, int | float) for cell in column)
        for column in zip(*rows, strict=True)
    ]
    return [
        [
            '' if cell is None and not numbers else cell
            for cell, numbers in zip(row, numeric, strict=True)
        ]
        for row in rows
    ]


def decisions(value: Sequence[Mapping[str, Any]]) -> str:
    """Return what was decided and why, a question a line."""
    return '\n'.join(text.printable(_decision(one)) for one in value)


def _entry(one: Any) -> str:
    if isinstance(one, dict):
        return ', '.join(_fields(one))
    return str(readable(one))


def _fields(value: Mapping[str, Any]) -> list[str]:
    return [
        f'{key}: {readable(inner, key)}'
        for key, inner in value.items()
        if inner is not None
    ]


def _decision(one: Mapping[str, Any]) -> str:
    question, why = one.get('question'), one.get('because')
    decided = one.get('decided')
    return (
        f'{question}: {decided} ({why})' if decided else f'{question}: {why}'
    )
