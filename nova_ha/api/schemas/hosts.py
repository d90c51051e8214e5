# SPDX-License-Identifier: Apache-2.0
"""``/v1/hosts`` and below."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import common
from nova_ha.api.schemas import values
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
HOSTS: Mapping[str, Any] = common.thing(
    {'hosts': {'type': 'array', 'items': HOST}}
)
POWER: Mapping[str, Any] = common.thing(
    {'host': NAME, 'power': values.one_of(PowerState)}
)
ASKED: Mapping[str, Any] = common.thing({'host': NAME})
"""A power-on was asked for."""
