# SPDX-License-Identifier: Apache-2.0
"""``/v1/snapshots``."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import common
from nova_ha.api.schemas import values
from nova_ha.recovery.exposure import Report

SNAPSHOTS: Mapping[str, Any] = common.thing(
    {
        'snapshots': {
            'type': 'array',
            'items': values.of(Report, title='Exposure'),
        }
    }
)
