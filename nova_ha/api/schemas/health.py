# SPDX-License-Identifier: Apache-2.0
"""``/v1/health`` and below."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import common

HEALTH: Mapping[str, Any] = common.thing(
    {
        'healthy': common.FLAG,
        'problems': common.TEXTS,
        'notes': common.TEXTS,
    }
)
LIVE: Mapping[str, Any] = common.thing({'live': {'const': True}})
READY: Mapping[str, Any] = common.thing(
    {'ready': common.FLAG, 'reasons': common.TEXTS}
)
