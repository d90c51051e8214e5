# SPDX-License-Identifier: Apache-2.0
"""The history of a recovery."""

from collections.abc import Sequence

from oslo_policy import policy

from nova_ha.policies import base

LIST = 'compute_ha:event:list'

RULES: Sequence[policy.RuleDefault] = (
    base.rule(
        LIST,
        base.READER,
        'List the events of a recovery.',
        'GET',
        '/v1/recoveries/{uuid}/events',
    ),
)
