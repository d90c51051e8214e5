# SPDX-License-Identifier: Apache-2.0
"""``/`` and ``/v1``."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import common

VERSION: Mapping[str, Any] = common.thing(
    {
        'id': common.TEXT,
        'status': {'enum': ['CURRENT', 'SUPPORTED', 'DEPRECATED']},
        'min_version': common.TEXT,
        'max_version': common.TEXT,
        'links': common.LINKS,
    },
    title='Version',
)
VERSIONS: Mapping[str, Any] = common.thing(
    {'versions': {'type': 'array', 'items': VERSION}}
)
ONE: Mapping[str, Any] = common.thing({'version': VERSION})
DESCRIPTION: Mapping[str, Any] = {
    'type': 'object',
    'properties': {'openapi': common.TEXT, 'paths': {'type': 'object'}},
    'required': ['openapi', 'paths'],
}
"""OpenAPI's own schema says the rest."""
