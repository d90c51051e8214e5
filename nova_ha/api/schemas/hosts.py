# SPDX-License-Identifier: Apache-2.0
"""``/v1/hosts`` and below."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import common
from nova_ha.api.schemas import values
from nova_ha.recovery.device_check import HostCheck
from nova_ha.recovery.explaining import Explained
from nova_ha.recovery.host_report import HostReport
from nova_ha.recovery.states import PowerState

NAME: Mapping[str, Any] = {
    'type': 'string',
    'minLength': 1,
    'maxLength': 255,
    'not': {'pattern': r'[\s\x00-\x1f/]'},
}

NOTHING: Mapping[str, Any] = {'type': 'object', 'additionalProperties': False}
"""A POST that says all in its path."""

HOST: Mapping[str, Any] = common.thing(
    {'name': NAME, 'node': NAME, 'drivers': common.TEXTS}
)
REPORT: Mapping[str, Any] = values.of(HostReport, title='Host')
HOSTS: Mapping[str, Any] = common.thing(
    {'hosts': {'type': 'array', 'items': {'anyOf': [HOST, REPORT]}}}
)
LIST: Mapping[str, Any] = {
    'type': 'object',
    'properties': {
        'detail': {
            'type': 'boolean',
            'description': 'Whether each is shown as nova, Pacemaker and '
            'nova-ha have it, too, with those that the hosts file lacks.',
        },
    },
    'additionalProperties': False,
}
ONE: Mapping[str, Any] = common.thing({'host': REPORT})
CHECKED: Mapping[str, Any] = common.thing(
    {'check': values.of(HostCheck, title='HostCheck')}
)
EXPLAINED: Mapping[str, Any] = common.thing(
    {
        'instances': {
            'type': 'array',
            'items': values.of(Explained, title='Explained'),
        }
    }
)
POWER: Mapping[str, Any] = common.thing(
    {'host': NAME, 'power': values.one_of(PowerState)}
)
ASKED: Mapping[str, Any] = common.thing({'host': NAME})
"""A power-on was asked for."""
