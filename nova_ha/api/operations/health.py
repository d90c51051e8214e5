# SPDX-License-Identifier: Apache-2.0
"""Is this daemon well?"""

from nova_ha.api.operations import Access
from nova_ha.api.operations import Operation
from nova_ha.api.schemas import health as schemas
from nova_ha.policies import health as rules

SHOW = Operation(
    rule=rules.SHOW,
    summary='See what keeps this daemon from fencing',
    answer=schemas.HEALTH,
)
LIVE = Operation(
    rule=Access.PUBLIC,
    summary='See whether the process answers',
    answer=schemas.LIVE,
)
READY = Operation(
    rule=Access.PUBLIC,
    summary='See whether this daemon can do its work, and if not why',
    answer=schemas.READY,
    failure=(503, schemas.READY),
)
