# SPDX-License-Identifier: Apache-2.0
"""``/v1/recoveries`` and below."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import common
from nova_ha.api.schemas import hosts
from nova_ha.api.schemas import paging
from nova_ha.api.schemas import values
from nova_ha.recovery import model
from nova_ha.recovery.listing import SortKey
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import OffBy
from nova_ha.recovery.states import RecoveryState

NOTHING = hosts.NOTHING

KEYS = '|'.join(key.value for key in SortKey)
KEY = f'({KEYS})(:(asc|desc))?'

ORIGIN: Mapping[str, Any] = {
    'type': 'string',
    'minLength': 1,
    'maxLength': 255,
    'not': {'pattern': r'[\x00-\x1f]'},
    'description': 'Who began it: pacemaker, operator, reconciler.',
}

LIST: Mapping[str, Any] = {
    'type': 'object',
    'properties': {
        'host': hosts.NAME,
        'state': {
            'type': 'array',
            'items': values.one_of(RecoveryState),
            'description': 'One of these; may be given more than once.',
        },
        'active': {
            'type': 'boolean',
            'description': 'Only those that have not, or have, ended.',
        },
        'origin': ORIGIN,
        'changes-since': {
            'type': 'string',
            'format': 'date-time',
            'maxLength': 64,
            'description': 'Only those written then or later, by ISO 8601; '
            'UTC where it names no zone.',
        },
        'sort': {
            'type': 'string',
            'maxLength': 255,
            'pattern': f'^{KEY}(,{KEY})*$',
            'description': 'Keys, each with :asc (the default) or :desc.',
        },
        'limit': paging.LIMIT,
        'marker': paging.MARKER,
    },
    'additionalProperties': False,
}
EVACUATIONS_LIST: Mapping[str, Any] = {
    'type': 'object',
    'properties': {
        'state': {
            'type': 'array',
            'items': values.one_of(EvacuationState),
            'description': 'One of these; may be given more than once.',
        },
        'limit': paging.LIMIT,
        'marker': {
            **common.UUID,
            'description': 'The instance of the last row of the page before.',
        },
    },
    'additionalProperties': False,
}
EVENTS_LIST: Mapping[str, Any] = {
    'type': 'object',
    'properties': {
        'after': {
            'type': 'integer',
            'minimum': 0,
            'maximum': paging.GREATEST_ID,
            'description': 'Only those with a greater id.',
        },
        'limit': paging.LIMIT,
    },
    'additionalProperties': False,
}
CREATE: Mapping[str, Any] = {
    'type': 'object',
    'properties': {
        'host': hosts.NAME,
        'off': {
            **values.one_of(OffBy),
            'description': 'Its drivers power it off and verify that, or a '
            'person says that it is off.',
        },
        'reason': {'type': 'string', 'minLength': 1, 'maxLength': 1000},
    },
    'required': ['host', 'off', 'reason'],
    'additionalProperties': False,
}

RECOVERY: Mapping[str, Any] = values.of(model.Recovery, title='Recovery')
EVACUATION: Mapping[str, Any] = values.of(
    model.Evacuation, title='Evacuation', leave_out='recovery'
)
EVENT: Mapping[str, Any] = values.of(
    model.RecoveryEvent, title='Event', leave_out='recovery'
)
RECOVERIES = paging.page('recoveries', RECOVERY)
EVACUATIONS = paging.page('evacuations', EVACUATION)
EVENTS = paging.page('events', EVENT)
SHOWN: Mapping[str, Any] = common.thing(
    {
        'recovery': RECOVERY,
        'evacuations': {'type': 'array', 'items': EVACUATION},
        'events': {'type': 'array', 'items': EVENT},
    }
)
ONE: Mapping[str, Any] = common.thing({'recovery': RECOVERY})
