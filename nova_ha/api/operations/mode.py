# SPDX-License-Identifier: Apache-2.0
"""What nova-ha may do at all."""

from nova_ha.api.operations import Operation
from nova_ha.api.schemas import mode as schemas
from nova_ha.policies import mode as rules

SHOW = Operation(
    rule=rules.SHOW,
    summary='See the mode in force',
    answer=schemas.SHOWN,
)
SET = Operation(
    rule=rules.SET,
    summary='Set the mode for all controllers',
    body=schemas.SET,
    answer=schemas.SHOWN,
)
