# SPDX-License-Identifier: Apache-2.0
"""Recoveries, and a person's word in them."""

from nova_ha.api.operations import Operation
from nova_ha.api.schemas import recoveries as schemas
from nova_ha.policies import evacuations
from nova_ha.policies import events
from nova_ha.policies import recoveries as rules

LIST = Operation(
    rule=rules.LIST,
    summary='List recoveries, the newest first',
    query=schemas.LIST,
    answer=schemas.RECOVERIES,
)
CREATE = Operation(
    rule=rules.CREATE,
    summary='Have a host recovered that nobody else has fenced',
    body=schemas.CREATE,
    answer=schemas.ONE,
    status=202,
)
EVACUATIONS = Operation(
    rule=evacuations.LIST,
    summary='List the evacuations of a recovery, in the order of adding',
    query=schemas.EVACUATIONS_LIST,
    answer=schemas.EVACUATIONS,
)
EVENTS = Operation(
    rule=events.LIST,
    summary='List the history of a recovery, the oldest line first',
    query=schemas.EVENTS_LIST,
    answer=schemas.EVENTS,
)
SHOW = Operation(
    rule=rules.SHOW,
    summary='See a recovery with its evacuations and its history',
    answer=schemas.SHOWN,
)


def _action(rule: str, summary: str) -> Operation:
    return Operation(
        rule=rule, summary=summary, body=schemas.NOTHING, answer=schemas.ONE
    )


RETRY = _action(rules.RETRY, 'Try again what has failed')
CANCEL = _action(rules.CANCEL, 'End a recovery; what nova was told stays')
RELEASE = _action(rules.RELEASE, 'Overrule the guard that holds evacuations')
CONFIRM_OFF = _action(
    rules.CONFIRM_OFF, 'Give a person\'s word that the host is off'
)
LET_RETURN = _action(
    rules.LET_RETURN, 'Let a host in again that failed again and again'
)
