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
    Route('/', versions.Versions, {'GET': version_ops.LIST}),
    Route('/v1', versions.Version, {'GET': version_ops.SHOW}),
    Route(
        '/v1/openapi.json',
        lambda _: description.Description(openapi.document(ROUTES)),
        {'GET': version_ops.DESCRIBE},
    ),
    Route('/v1/capacity', capacity.Capacity, {'GET': capacity_ops.SHOW}),
    Route('/v1/fence', fence.Fence, {'POST': fence_ops.FENCE}),
    Route('/v1/health', health.Health, {'GET': health_ops.SHOW}),
    Route(
        '/v1/health/live', lambda _: health.Live(), {'GET': health_ops.LIVE}
    ),
    Route('/v1/health/ready', health.Ready, {'GET': health_ops.READY}),
    Route('/v1/hints', hints.Hints, {'POST': fence_ops.HINT}),
    Route('/v1/hosts', hosts.Hosts, {'GET': host_ops.LIST}),
    Route('/v1/hosts/{host}', hosts.Host, {'GET': host_ops.SHOW}),
    Route('/v1/hosts/{host}/check', hosts.Check, {'POST': host_ops.CHECK}),
    Route(
        '/v1/hosts/{host}/explain',
        hosts.Explain,
        {'GET': host_ops.EXPLAIN},
    ),
    Route('/v1/hosts/{host}/power', hosts.Power, {'GET': host_ops.POWER}),
    Route(
        '/v1/hosts/{host}/power-on',
        hosts.PowerOn,
        {'POST': host_ops.POWER_ON},
    ),
    Route('/v1/mode', mode.Mode, {'GET': mode_ops.SHOW, 'PUT': mode_ops.SET}),
    Route(
        '/v1/recoveries',
        recoveries.Recoveries,
        {'GET': recovery_ops.LIST, 'POST': recovery_ops.CREATE},
    ),
    Route(
        '/v1/recoveries/{uuid}',
        recoveries.Recovery,
        {'GET': recovery_ops.SHOW},
    ),
    Route(
        '/v1/recoveries/{uuid}/evacuations',
        recoveries.Evacuations,
        {'GET': recovery_ops.EVACUATIONS},
    ),
    Route(
        '/v1/recoveries/{uuid}/events',
        recoveries.Events,
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
        rehearsals.Rehearsals,
        {'GET': rehearsal_ops.LIST},
    ),
    Route(
        '/v1/rehearsals/{id}',
        rehearsals.Rehearsal,
        {'GET': rehearsal_ops.SHOW},
    ),
    Route(
        '/v1/servers/{server}/explain',
        servers.Explain,
        {'GET': server_ops.EXPLAIN},
    ),
    Route('/v1/snapshots', snapshots.Snapshots, {'GET': snapshot_ops.REPORT}),
    Route('/v1/spares', spares.Spares, {'GET': spare_ops.LIST}),
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
