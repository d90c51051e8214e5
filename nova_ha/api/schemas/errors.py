# SPDX-License-Identifier: Apache-2.0
"""Errors; see :mod:`nova_ha.api.errors`."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import common

ERROR: Mapping[str, Any] = common.thing(
    {
        'error': common.thing(
            {
                'code': common.TEXT,
                'message': common.TEXT,
                'retriable': common.FLAG,
            }
        )
    },
    title='Error',
)
