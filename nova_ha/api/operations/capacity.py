# SPDX-License-Identifier: Apache-2.0
"""Would the instances of failed hosts find room?"""

from nova_ha.api.operations import Operation
from nova_ha.api.schemas import capacity as schemas
from nova_ha.policies import capacity as rules

SHOW = Operation(
    rule=rules.SHOW,
    summary='See how many hosts may fail, and which would be the worst',
    query=schemas.SHOW,
    answer=schemas.CAPACITY,
)
