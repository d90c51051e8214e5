# SPDX-License-Identifier: Apache-2.0
"""Nova's instances, as far as a failure of their host concerns them."""

from nova_ha.api.operations import Operation
from nova_ha.api.schemas import hosts as schemas
from nova_ha.policies import servers as rules

EXPLAIN = Operation(
    rule=rules.EXPLAIN,
    summary='See what would become of an instance, and why',
    answer=schemas.EXPLAINED,
)
