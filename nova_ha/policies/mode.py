# SPDX-License-Identifier: Apache-2.0
"""What nova-ha may do at all."""

from collections.abc import Sequence

from oslo_policy import policy

from nova_ha.policies import base

SHOW = 'compute_ha:mode:show'
SET = 'compute_ha:mode:set'

RULES: Sequence[policy.RuleDefault] = (
    base.rule(
        SHOW,
        base.READER,
        'See the mode.',
        'GET',
        '/v1/mode',
    ),
    base.rule(
        SET,
        base.ADMIN,
        'Set the mode for all controllers.',
        'PUT',
        '/v1/mode',
    ),
)
