# SPDX-License-Identifier: Apache-2.0
"""``/v1/spares`` and below."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import common
from nova_ha.api.schemas import values
from nova_ha.recovery.spare_list import SpareRow
from nova_ha.recovery.spares import Loan

LOAN: Mapping[str, Any] = common.thing({'loan': values.of(Loan, title='Loan')})
SPARES: Mapping[str, Any] = common.thing(
    {
        'spares': {
            'type': 'array',
            'items': values.of(SpareRow, title='Spare'),
        }
    }
)
