# SPDX-License-Identifier: Apache-2.0
"""What would have been done in mode observe."""

from nova_ha.api.operations import Operation
from nova_ha.api.schemas import rehearsals as schemas
from nova_ha.policies import rehearsals as rules

LIST = Operation(
    rule=rules.LIST,
    summary='List what would have been done, the newest first',
    query=schemas.LIST,
    answer=schemas.REHEARSALS,
)
SHOW = Operation(
    rule=rules.SHOW,
    summary='See what would have been done, instance by instance',
    answer=schemas.ONE,
)
