# SPDX-License-Identifier: Apache-2.0
"""The fence path: on the Unix socket only."""

from nova_ha.api.operations import Access
from nova_ha.api.operations import Operation
from nova_ha.api.schemas import common
from nova_ha.api.schemas import fence as schemas
from nova_ha.api.schemas import hints

FENCE = Operation(
    rule=Access.LOCAL,
    summary='Power a host off and recover it',
    body=schemas.FENCE,
    answer=schemas.ANSWER,
)
HINT = Operation(
    rule=Access.LOCAL,
    summary='Say that something has happened in the cluster',
    body=hints.HINT,
    answer=common.thing({}),
    status=202,
)
