# SPDX-License-Identifier: Apache-2.0
"""Every route there is: a path, what handles it, and what may be asked."""

from collections.abc import Sequence

from nova_ha.api import openapi
from nova_ha.api.handlers import capacity
from nova_ha.api.handlers import description
from nova_ha.api.handlers import fence
from nova_ha.api.handlers import health
from nova_ha.api.handlers import hints
from nova_ha.api.handlers import hosts
from nova_ha.api.handlers import mode
from nova_ha.api.handlers import recoveries
from nova_ha.api.handlers import rehearsals
from nova_ha.api.handlers import servers
from nova_ha.api.handlers import snapshots
from nova_ha.api.handlers import spares
from nova_ha.api.handlers import versions
from nova_ha.api.operations import capacity as capacity_ops
from nova_ha.api.operations import fence as fence_ops
from nova_ha.api.operations import health as health_ops
from nova_ha.api.operations import hosts as host_ops
from nova_ha.api.operations import mode as mode_ops
from nova_ha.api.operations import recoveries as recovery_ops
from nova_ha.api.operations import rehearsals as rehearsal_ops
from nova_ha.api.operations import servers as server_ops
from nova_ha.api.operations import snapshots as snapshot_ops
from nova_ha.api.operations import spares as spare_ops
from nova_ha.api.operations import versions as version_ops
from nova_ha.api.route import Route

ROUTES: Sequence[Route] = (
    Route(
        '/', lambda p: versions.Versions(p.defaults), {'GET': version_ops.LIST}
    ),
    Route(
        '/v1',
        lambda p: versions.Version(p.defaults),
        {'GET': version_ops.SHOW},
    ),
    Route(
        '/v1/openapi.json',
        lambda _: description.Description(openapi.document(ROUTES)),
        {'GET': version_ops.DESCRIBE},
    ),
    Route(
        '/v1/capacity',
        lambda p: capacity.Capacity(p.fencing),
        {'GET': capacity_ops.SHOW},
    ),
    Route(
        '/v1/fence',
        lambda p: fence.Fence(p.fencing, p.defaults),
        {'POST': fence_ops.FENCE},
    ),
    Route(
        '/v1/health',
        lambda p: health.Health(p.fencing),
        {'GET': health_ops.SHOW},
    ),
    Route(
        '/v1/health/live', lambda _: health.Live(), {'GET': health_ops.LIVE}
    ),
    Route(
        '/v1/health/ready',
        lambda p: health.Ready(p.fencing),
        {'GET': health_ops.READY},
    ),
    Route(
        '/v1/hints', lambda p: hints.Hints(p.fencing), {'POST': fence_ops.HINT}
    ),
    Route(
        '/v1/hosts', lambda p: hosts.Hosts(p.fencing), {'GET': host_ops.LIST}
    ),
    Route(
        '/v1/hosts/{host}',
        lambda p: hosts.Host(p.fencing),
        {'GET': host_ops.SHOW},
    ),
    Route(
        '/v1/hosts/{host}/check',
        lambda p: hosts.Check(p.fencing),
        {'POST': host_ops.CHECK},
    ),
    Route(
        '/v1/hosts/{host}/explain',
        lambda p: hosts.Explain(p.fencing),
        {'GET': host_ops.EXPLAIN},
    ),
    Route(
        '/v1/hosts/{host}/power',
        lambda p: hosts.Power(p.fencing),
        {'GET': host_ops.POWER},
    ),
    Route(
        '/v1/hosts/{host}/power-on',
        lambda p: hosts.PowerOn(p.fencing),
        {'POST': host_ops.POWER_ON},
    ),
    Route(
        '/v1/mode',
        lambda p: mode.Mode(p.fencing),
        {'GET': mode_ops.SHOW, 'PUT': mode_ops.SET},
    ),
    Route(
        '/v1/recoveries',
        lambda p: recoveries.Recoveries(p.fencing, p.defaults),
        {'GET': recovery_ops.LIST, 'POST': recovery_ops.CREATE},
    ),
    Route(
        '/v1/recoveries/{uuid}',
        lambda p: recoveries.Recovery(p.fencing),
        {'GET': recovery_ops.SHOW},
    ),
    Route(
        '/v1/recoveries/{uuid}/evacuations',
        lambda p: recoveries.Evacuations(p.fencing, p.defaults),
        {'GET': recovery_ops.EVACUATIONS},
    ),
    Route(
        '/v1/recoveries/{uuid}/events',
        lambda p: recoveries.Events(p.fencing, p.defaults),
        {'GET': recovery_ops.EVENTS},
    ),
    Route(
        '/v1/recoveries/{uuid}/retry',
        lambda p: recoveries.Action(p.fencing.retry),
        {'POST': recovery_ops.RETRY},
    ),
    Route(
        '/v1/recoveries/{uuid}/confirm-off',
        lambda p: recoveries.Action(p.fencing.confirm_off),
        {'POST': recovery_ops.CONFIRM_OFF},
    ),
    Route(
        '/v1/recoveries/{uuid}/release',
        lambda p: recoveries.Action(p.fencing.release),
        {'POST': recovery_ops.RELEASE},
    ),
    Route(
        '/v1/recoveries/{uuid}/let-return',
        lambda p: recoveries.Action(p.fencing.let_return),
        {'POST': recovery_ops.LET_RETURN},
    ),
    Route(
        '/v1/recoveries/{uuid}/cancel',
        lambda p: recoveries.Action(p.fencing.cancel),
        {'POST': recovery_ops.CANCEL},
    ),
    Route(
        '/v1/rehearsals',
        lambda p: rehearsals.Rehearsals(p.fencing, p.defaults),
        {'GET': rehearsal_ops.LIST},
    ),
    Route(
        '/v1/rehearsals/{id}',
        lambda p: rehearsals.Rehearsal(p.fencing),
        {'GET': rehearsal_ops.SHOW},
    ),
    Route(
        '/v1/servers/{server}/explain',
        lambda p: servers.Explain(p.fencing),
        {'GET': server_ops.EXPLAIN},
    ),
    Route(
        '/v1/snapshots',
        lambda p: snapshots.Snapshots(p.fencing),
        {'GET': snapshot_ops.REPORT},
    ),
    Route(
        '/v1/spares',
        lambda p: spares.Spares(p.fencing),
        {'GET': spare_ops.LIST},
    ),
    Route(
        '/v1/spares/{spare}/give-back',
        lambda p: spares.Order(p.fencing.give_back),
        {'POST': spare_ops.GIVE_BACK},
    ),
    Route(
        '/v1/spares/{spare}/keep',
        lambda p: spares.Order(p.fencing.keep),
        {'POST': spare_ops.KEEP},
    ),
)
