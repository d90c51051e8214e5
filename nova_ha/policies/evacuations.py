# SPDX-License-Identifier: Apache-2.0
"""The instances of a recovery, each with what became of it."""

from collections.abc import Sequence

from oslo_policy import policy

from nova_ha.policies import base

LIST = 'compute_ha:evacuation:list'

RULES: Sequence[policy.RuleDefault] = (
    base.rule(
        LIST,
        base.READER,
        'List the evacuations of a recovery.',
        'GET',
        '/v1/recoveries/{uuid}/evacuations',
    ),
)
