# SPDX-License-Identifier: Apache-2.0
"""``/v1/recoveries`` and below."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import hosts

NOTHING = hosts.NOTHING

LIST: Mapping[str, Any] = {
    'type': 'object',
    'properties': {
        'host': hosts.NAME,
        'active': {'enum': ['true', 'false']},
    },
    'additionalProperties': False,
}
