# SPDX-License-Identifier: Apache-2.0
"""What would happen if hosts failed now."""

from collections.abc import Sequence

from oslo_policy import policy

from nova_ha.policies import base

SHOW = 'compute_ha:capacity:show'

RULES: Sequence[policy.RuleDefault] = (
    base.rule(
        SHOW,
        base.READER,
        'See whether the cloud has room for the instances of failed hosts.',
        'GET',
        '/v1/capacity',
    ),
)
