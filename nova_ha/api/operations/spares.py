# SPDX-License-Identifier: Apache-2.0
"""Hosts that take the place of failed ones."""

from nova_ha.api.operations import Operation
from nova_ha.api.schemas import hosts
from nova_ha.api.schemas import spares as schemas
from nova_ha.policies import spares as rules

LIST = Operation(
    rule=rules.LIST,
    summary='List the reserved hosts, and which are on loan',
    answer=schemas.SPARES,
)
GIVE_BACK = Operation(
    rule=rules.GIVE_BACK,
    summary='Disable a spare that is on loan, and take it out when empty',
    body=hosts.NOTHING,
    answer=schemas.LOAN,
)
KEEP = Operation(
    rule=rules.KEEP,
    summary='End a loan and leave the spare as it is',
    body=hosts.NOTHING,
    answer=schemas.LOAN,
)
