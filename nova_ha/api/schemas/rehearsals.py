# SPDX-License-Identifier: Apache-2.0
"""``/v1/rehearsals`` and below."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import common
from nova_ha.api.schemas import paging
from nova_ha.api.schemas import values
from nova_ha.recovery.rehearsal import Rehearsal

LIST: Mapping[str, Any] = {
    'type': 'object',
    'properties': {'limit': paging.LIMIT, 'marker': paging.MARKER},
    'additionalProperties': False,
}
REHEARSAL: Mapping[str, Any] = values.of(Rehearsal, title='Rehearsal')
REHEARSALS = paging.page('rehearsals', REHEARSAL)
ONE: Mapping[str, Any] = common.thing({'rehearsal': REHEARSAL})
