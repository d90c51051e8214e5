# SPDX-License-Identifier: Apache-2.0
"""Every route there is."""

from collections.abc import Iterator

from nova_ha.api import settings
from nova_ha.api.handlers import fence
from nova_ha.api.handlers import health
from nova_ha.api.handlers import hints
from nova_ha.api.handlers import hosts
from nova_ha.api.handlers import mode
from nova_ha.api.handlers import recoveries
from nova_ha.api.handlers import spares
from nova_ha.api.handlers import versions
from nova_ha.api.ports import Fencing


def routes(
    fencing: Fencing, defaults: settings.Defaults
) -> Iterator[tuple[str, object]]:
    """Yield each path with what handles it."""
    yield '/', versions.Versions()
    yield '/v1/fence', fence.Fence(fencing, defaults)
    yield '/v1/health', health.Health(fencing)
    yield '/v1/hints', hints.Hints(fencing)
    yield '/v1/hosts', hosts.Hosts(fencing)
    yield '/v1/mode', mode.Mode(fencing)
    yield '/v1/hosts/{host}/power', hosts.Power(fencing)
    yield '/v1/hosts/{host}/power-on', hosts.PowerOn(fencing)
    yield '/v1/recoveries', recoveries.Recoveries(fencing)
    yield '/v1/recoveries/{uuid}', recoveries.Recovery(fencing)
    for verb, action in (
        ('retry', fencing.retry),
        ('confirm-off', fencing.confirm_off),
        ('release', fencing.release),
        ('let-return', fencing.let_return),
        ('cancel', fencing.cancel),
    ):
        yield f'/v1/recoveries/{{uuid}}/{verb}', recoveries.Action(action)
    for verb, order in (
        ('give-back', fencing.give_back),
        ('keep', fencing.keep),
    ):
        yield f'/v1/spares/{{spare}}/{verb}', spares.Order(order)
