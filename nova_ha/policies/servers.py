# SPDX-License-Identifier: Apache-2.0
"""What would be done about an instance."""

from collections.abc import Sequence

from oslo_policy import policy

from nova_ha.policies import base

EXPLAIN = 'compute_ha:server:explain'

RULES: Sequence[policy.RuleDefault] = (
    base.rule(
        EXPLAIN,
        base.READER,
        'See what would be done about an instance, and why.',
        'GET',
        '/v1/servers/{server}/explain',
    ),
)
