# SPDX-License-Identifier: Apache-2.0
"""Hosts that take the place of failed ones."""

from collections.abc import Sequence

from oslo_policy import policy

from nova_ha.policies import base

LIST = 'compute_ha:spare:list'
GIVE_BACK = 'compute_ha:spare:give_back'
KEEP = 'compute_ha:spare:keep'

RULES: Sequence[policy.RuleDefault] = (
    base.rule(
        LIST,
        base.READER,
        'List spares and what they are lent for.',
        'GET',
        '/v1/spares',
    ),
    base.rule(
        GIVE_BACK,
        base.MANAGER,
        'Disable a spare that is on loan, and take it out when it is empty.',
        'POST',
        '/v1/spares/{spare}/give-back',
    ),
    base.rule(
        KEEP,
        base.MANAGER,
        'End a loan and leave the spare as it is.',
        'POST',
        '/v1/spares/{spare}/keep',
    ),
)
