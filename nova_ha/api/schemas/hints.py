# SPDX-License-Identifier: Apache-2.0
"""``/v1/hints``."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import hosts

WORD: Mapping[str, Any] = {'type': 'string', 'maxLength': 255}

HINT: Mapping[str, Any] = {
    'type': 'object',
    'properties': {
        'kind': {'enum': ['node', 'fencing', 'resource']},
        'node': hosts.NAME,
        'rsc': WORD,
        'task': WORD,
        'rc': {'type': 'integer'},
        'desc': WORD,
    },
    'required': ['kind'],
    'additionalProperties': False,
}
