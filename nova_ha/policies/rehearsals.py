# SPDX-License-Identifier: Apache-2.0
"""What would have been done, in the mode observe."""

from collections.abc import Sequence

from oslo_policy import policy

from nova_ha.policies import base

LIST = 'compute_ha:rehearsal:list'
SHOW = 'compute_ha:rehearsal:show'

RULES: Sequence[policy.RuleDefault] = (
    base.rule(
        LIST,
        base.READER,
        'List rehearsals.',
        'GET',
        '/v1/rehearsals',
    ),
    base.rule(
        SHOW,
        base.READER,
        'See a rehearsal.',
        'GET',
        '/v1/rehearsals/{id}',
    ),
)
