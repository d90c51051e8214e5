# SPDX-License-Identifier: Apache-2.0
"""The compute hosts and their power."""

from collections.abc import Sequence

from oslo_policy import policy

from nova_ha.policies import base

LIST = 'compute_ha:host:list'
SHOW = 'compute_ha:host:show'
POWER = 'compute_ha:host:power'
EXPLAIN = 'compute_ha:host:explain'
CHECK = 'compute_ha:host:check'
POWER_ON = 'compute_ha:host:power_on'

RULES: Sequence[policy.RuleDefault] = (
    base.rule(
        LIST,
        base.READER,
        'List the hosts that can be fenced.',
        'GET',
        '/v1/hosts',
    ),
    base.rule(
        SHOW,
        base.READER,
        'See whether a host is protected, and if not why.',
        'GET',
        '/v1/hosts/{host}',
    ),
    base.rule(
        POWER,
        base.READER,
        'Read the power state of a host from its BMC.',
        'GET',
        '/v1/hosts/{host}/power',
    ),
    base.rule(
        EXPLAIN,
        base.READER,
        'See what would be done about the instances of a host.',
        'GET',
        '/v1/hosts/{host}/explain',
    ),
    base.rule(
        CHECK,
        base.MANAGER,
        'Log in to the BMCs of a host and check that they can power it off.',
        'POST',
        '/v1/hosts/{host}/check',
    ),
    base.rule(
        POWER_ON,
        base.ADMIN,
        'Power a host on, now or when its recovery allows it.',
        'POST',
        '/v1/hosts/{host}/power-on',
    ),
)
