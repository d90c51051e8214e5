# SPDX-License-Identifier: Apache-2.0
"""``/v1/fence``."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import hosts

MAX_DEADLINE = 3600
"""Seconds; a thread is held that long."""

FENCE: Mapping[str, Any] = {
    'type': 'object',
    'properties': {
        'host': hosts.NAME,
        'deadline': {
            'type': 'number',
            'exclusiveMinimum': 0,
            'maximum': MAX_DEADLINE,
        },
        'action': {'enum': ['off', 'reboot']},
        'origin': {'enum': ['pacemaker', 'operator']},
        'reason': {'type': 'string', 'maxLength': 255},
    },
    'required': ['host'],
    'additionalProperties': False,
}
