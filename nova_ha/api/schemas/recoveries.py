# SPDX-License-Identifier: Apache-2.0
"""``/v1/recoveries`` and below."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import common
from nova_ha.api.schemas import hosts
from nova_ha.api.schemas import values
from nova_ha.recovery import model

NOTHING = hosts.NOTHING

LIST: Mapping[str, Any] = {
    'type': 'object',
    'properties': {
        'host': hosts.NAME,
        'active': {'enum': ['true', 'false']},
    },
    'additionalProperties': False,
}

RECOVERY: Mapping[str, Any] = values.of(model.Recovery, title='Recovery')
EVACUATION: Mapping[str, Any] = values.of(
    model.Evacuation, title='Evacuation', leave_out='recovery'
)
EVENT: Mapping[str, Any] = values.of(
    model.RecoveryEvent, title='Event', leave_out='recovery'
)
RECOVERIES: Mapping[str, Any] = common.thing(
    {'recoveries': {'type': 'array', 'items': RECOVERY}}
)
SHOWN: Mapping[str, Any] = common.thing(
    {
        'recovery': RECOVERY,
        'evacuations': {'type': 'array', 'items': EVACUATION},
        'events': {'type': 'array', 'items': EVENT},
    }
)
ONE: Mapping[str, Any] = common.thing({'recovery': RECOVERY})
