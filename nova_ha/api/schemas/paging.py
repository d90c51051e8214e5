# SPDX-License-Identifier: Apache-2.0
"""Lists that are answered page by page."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import common

MAX_LIMIT = 10_000
"""Rows that may be asked for; [api] max_limit may answer fewer at a time."""

GREATEST_ID = 2**63 - 1
"""What every database takes for a number."""

LIMIT: Mapping[str, Any] = {
    'type': 'integer',
    'minimum': 1,
    'maximum': MAX_LIMIT,
    'description': 'The rows of a page, which may have fewer though there '
    'are more: then it says where those are.',
}
MARKER: Mapping[str, Any] = {
    **common.UUID,
    'description': 'The id of the last row of the page before.',
}


def page(name: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of a page; it has links where there is more.

    :param row: what each of its rows is.
    """
    return common.thing(
        {
            name: {'type': 'array', 'items': row},
            f'{name}_links': common.LINKS,
        },
        optional=f'{name}_links',
    )
