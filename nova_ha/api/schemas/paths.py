# SPDX-License-Identifier: Apache-2.0
"""The parameters in paths."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import common
from nova_ha.api.schemas import hosts

SERVER: Mapping[str, Any] = {
    'type': 'string',
    'minLength': 1,
    'maxLength': 255,
    'not': {'pattern': r'[\x00-\x1f/]'},
}
"""A uuid, or a name in nova; one with a slash goes by its uuid."""

PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    'host': hosts.NAME,
    'id': common.UUID,
    'server': SERVER,
    'spare': hosts.NAME,
    'uuid': common.UUID,
}
"""By the name that they have in the routes."""
