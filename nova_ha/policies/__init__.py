# SPDX-License-Identifier: Apache-2.0
"""Who may do what through the REST API: oslo.policy, in code.

A module a resource, with a constant for each rule's name and ``RULES``; the
three roles they build on are in :mod:`.base`. A route names its rule in
:mod:`nova_ha.api.operations`; :mod:`.enforcer` decides.
"""

from collections.abc import Sequence

from oslo_policy import policy

from nova_ha.policies import base
from nova_ha.policies import capacity
from nova_ha.policies import evacuations
from nova_ha.policies import events
from nova_ha.policies import health
from nova_ha.policies import hosts
from nova_ha.policies import mode
from nova_ha.policies import recoveries
from nova_ha.policies import rehearsals
from nova_ha.policies import servers
from nova_ha.policies import snapshots
from nova_ha.policies import spares

MODULES = (
    base,
    capacity,
    evacuations,
    events,
    health,
    hosts,
    mode,
    recoveries,
    rehearsals,
    servers,
    snapshots,
    spares,
)


def list_rules() -> Sequence[policy.RuleDefault]:
    """Return every rule; the entry point of oslo.policy's generators."""
    return [rule for module in MODULES for rule in module.RULES]
