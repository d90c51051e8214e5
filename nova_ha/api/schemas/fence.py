# SPDX-License-Identifier: Apache-2.0
"""``/v1/fence``."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import common
from nova_ha.api.schemas import hosts
from nova_ha.api.schemas import values
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.modes import Mode
from nova_ha.recovery.states import RecoveryState

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

ANSWER: Mapping[str, Any] = common.thing(
    {
        'recovery': common.TEXT_OR_NULL,
        'state': values.or_null(values.one_of(RecoveryState)),
        'spooled': common.FLAG,
        'mode': values.one_of(Mode),
        'off_proof': values.of(OffProof),
    }
)
