# SPDX-License-Identifier: Apache-2.0
"""Answers lists page by page, with the way to the next page."""

from collections.abc import Sequence
from typing import Any
import urllib.parse

import falcon

from nova_ha.api import links
from nova_ha.api import settings
from nova_ha.api.schemas.paging import MAX_LIMIT


def limit(wanted: dict[str, Any], defaults: settings.Defaults) -> int:
    """Return how many rows a page shall have."""
    return min(int(wanted.get('limit', MAX_LIMIT)), defaults.max_limit)


def answer(
    request: falcon.Request,
    defaults: settings.Defaults,
    name: str,
    rows: Sequence[Any],
    following: dict[str, object],
) -> dict[str, Any]:
    """Return the body of the answer.

    :param name: of the list.
    :param following: the parameters that make this question the one for the
        next page; empty where there is none.
    """
    body: dict[str, Any] = {name: rows}
    if following:
        query = {**request.params, **following}
        href = (
            f'{links.root(request, defaults)}{request.path}?'
            f'{urllib.parse.urlencode(query, doseq=True)}'
        )
        body[f'{name}_links'] = [{'rel': 'next', 'href': href}]
    return body
