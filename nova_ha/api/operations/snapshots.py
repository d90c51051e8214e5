# SPDX-License-Identifier: Apache-2.0
"""What would be lost with a host?"""

from nova_ha.api.operations import Operation
from nova_ha.api.schemas import snapshots as schemas
from nova_ha.policies import snapshots as rules

REPORT = Operation(
    rule=rules.REPORT,
    summary='List the instances with local disks and their newest snapshots',
    answer=schemas.SNAPSHOTS,
)
