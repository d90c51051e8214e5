# SPDX-License-Identifier: Apache-2.0
"""``/v1/mode``."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import common
from nova_ha.api.schemas import values
from nova_ha.recovery import modes

SET: Mapping[str, Any] = {
    'type': 'object',
    'properties': {
        'mode': {'enum': [mode.value for mode in modes.Mode]},
        'reason': {'type': 'string', 'minLength': 1, 'maxLength': 1000},
    },
    'required': ['mode', 'reason'],
    'additionalProperties': False,
}

SHOWN: Mapping[str, Any] = common.thing(
    {'mode': values.of(modes.Standing, title='Mode')}
)
