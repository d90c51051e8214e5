# SPDX-License-Identifier: Apache-2.0
"""What instances with local disks would be restored from."""

from collections.abc import Sequence

from oslo_policy import policy

from nova_ha.policies import base

REPORT = 'compute_ha:snapshot:report'

RULES: Sequence[policy.RuleDefault] = (
    base.rule(
        REPORT,
        base.READER,
        'See which instances have snapshots, and how old they are.',
        'GET',
        '/v1/snapshots',
    ),
)
