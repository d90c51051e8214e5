# SPDX-License-Identifier: Apache-2.0
"""The compute hosts and their power."""

from nova_ha.api.operations import Operation
from nova_ha.api.schemas import hosts as schemas
from nova_ha.policies import hosts as rules

LIST = Operation(
    rule=rules.LIST,
    summary='List the hosts that can be fenced, or with details all',
    query=schemas.LIST,
    answer=schemas.HOSTS,
)
SHOW = Operation(
    rule=rules.SHOW,
    summary='See whether a host is protected, and if not why',
    answer=schemas.ONE,
)
EXPLAIN = Operation(
    rule=rules.EXPLAIN,
    summary='See what would become of the instances of a host, and why',
    answer=schemas.EXPLAINED,
)
CHECK = Operation(
    rule=rules.CHECK,
    summary='Try the power devices of a host; nothing is changed',
    body=schemas.NOTHING,
    answer=schemas.CHECKED,
)
POWER = Operation(
    rule=rules.POWER,
    summary='Read the power state of a host afresh from its BMC',
    answer=schemas.POWER,
)
POWER_ON = Operation(
    rule=rules.POWER_ON,
    summary='Power a host on, now or when its recovery allows it',
    body=schemas.NOTHING,
    answer=schemas.ASKED,
    status=202,
)
