# SPDX-License-Identifier: Apache-2.0
"""Whole lists out of pages."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

Row = Mapping[str, Any]


def collect(
    fetch: Callable[[str | None], Row], name: str, marker: str
) -> Sequence[Row]:
    """Return the rows of every page.

    A page shorter than asked for proves nothing, since nova caps the limit.
    It tells by a link whether there is more. The link's URL is not used: it
    may name nova as nova sees itself behind a proxy.

    :param fetch: returns the page after a marker, as nova answered.
    :param name: key of the rows in the answer.
    :param marker: key of a row that marks a place in the list. Nova still
        finds that place when the row is deleted meanwhile.
    """
    found: list[Row] = []
    last: str | None = None
    while True:
        body = fetch(last)
        found += body[name]
        if not body[name] or not _has_next(body, name):
            return found
        last = str(body[name][-1][marker])


def _has_next(body: Row, name: str) -> bool:
    links = body.get(f'{name}_links') or ()
    return any(link.get('rel') == 'next' for link in links)
