# SPDX-License-Identifier: Apache-2.0
"""Whether this daemon can fence."""

from collections.abc import Sequence

from oslo_policy import policy

from nova_ha.policies import base

SHOW = 'compute_ha:health:show'

RULES: Sequence[policy.RuleDefault] = (
    base.rule(
        SHOW,
        base.READER,
        'See what keeps this daemon from fencing.',
        'GET',
        '/v1/health',
    ),
)
