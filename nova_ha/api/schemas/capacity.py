# SPDX-License-Identifier: Apache-2.0
"""``/v1/capacity``."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import common
from nova_ha.api.schemas import values
from nova_ha.recovery.capacity.outlook import Outlook

MOST = 10
"""Hosts that are looked at together."""

SHOW: Mapping[str, Any] = {
    'type': 'object',
    'properties': {
        'hosts': {
            'type': 'integer',
            'minimum': 1,
            'maximum': MOST,
            'description': 'So many hosts may fail together; 3 by default.',
        },
    },
    'additionalProperties': False,
}

COUNT: Mapping[str, Any] = {'type': 'integer', 'minimum': 0}
VERDICT: Mapping[str, Any] = {
    'type': 'string',
    'enum': ['yes', 'perhaps', 'no'],
}
OUTLOOK: Mapping[str, Any] = values.of(Outlook)
HOST: Mapping[str, Any] = common.thing(
    {**OUTLOOK['properties'], 'verdict': VERDICT}, title='Outlook'
)
WORST: Mapping[str, Any] = common.thing(
    {
        'number': COUNT,
        'outlook': OUTLOOK,
        'method': common.TEXT,
        'verdict': VERDICT,
    },
    title='Worst',
)
COST: Mapping[str, Any] = common.thing(
    {
        'hosts': COUNT,
        'instances': COUNT,
        'requests': COUNT,
        'seconds': {'type': 'number', 'minimum': 0},
    }
)
CAPACITY: Mapping[str, Any] = common.thing(
    {
        'capacity': common.thing(
            {
                'bears': COUNT,
                'hosts': {'type': 'array', 'items': HOST},
                'worst': {'type': 'array', 'items': WORST},
                'notes': common.TEXTS,
                'cost': COST,
            },
            title='Capacity',
        )
    }
)
