# SPDX-License-Identifier: Apache-2.0
"""Recoveries, and a person's word in them."""

from collections.abc import Sequence

from oslo_policy import policy

from nova_ha.policies import base

LIST = 'compute_ha:recovery:list'
SHOW = 'compute_ha:recovery:show'
CREATE = 'compute_ha:recovery:create'
RETRY = 'compute_ha:recovery:retry'
CANCEL = 'compute_ha:recovery:cancel'
RELEASE = 'compute_ha:recovery:release'
CONFIRM_OFF = 'compute_ha:recovery:confirm_off'
LET_RETURN = 'compute_ha:recovery:let_return'

RULES: Sequence[policy.RuleDefault] = (
    base.rule(
        LIST,
        base.READER,
        'List recoveries.',
        'GET',
        '/v1/recoveries',
    ),
    base.rule(
        SHOW,
        base.READER,
        'See a recovery.',
        'GET',
        '/v1/recoveries/{uuid}',
    ),
    base.rule(
        CREATE,
        base.ADMIN,
        'Have a host powered off and evacuated, or evacuated on a '
        "person's word that it is off.",
        'POST',
        '/v1/recoveries',
    ),
    base.rule(
        RETRY,
        base.MANAGER,
        'Try again what has failed.',
        'POST',
        '/v1/recoveries/{uuid}/retry',
    ),
    base.rule(
        CANCEL,
        base.MANAGER,
        'End a recovery; what nova was told stays told.',
        'POST',
        '/v1/recoveries/{uuid}/cancel',
    ),
    base.rule(
        RELEASE,
        base.MANAGER,
        'Overrule the guard that holds evacuations back.',
        'POST',
        '/v1/recoveries/{uuid}/release',
    ),
    base.rule(
        CONFIRM_OFF,
        base.ADMIN,
        "Give a person's word that a host is off. Were it not, its "
        'instances would run twice.',
        'POST',
        '/v1/recoveries/{uuid}/confirm-off',
    ),
    base.rule(
        LET_RETURN,
        base.MANAGER,
        'Let a host in again that failed again and again.',
        'POST',
        '/v1/recoveries/{uuid}/let-return',
    ),
)
