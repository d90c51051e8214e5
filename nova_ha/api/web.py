# SPDX-License-Identifier: Apache-2.0
"""The application for a web server; see :mod:`.forward`."""

import threading
import typing
from typing import Any

from oslo_config import cfg

from nova_ha.api import app
from nova_ha.api import forward
from nova_ha.api import identity
from nova_ha.api import settings
from nova_ha.api import tokens
from nova_ha.api.ports import Fencing
from nova_ha.api.route import Parts
from nova_ha.api.route import Route
from nova_ha.api.routes import ROUTES
from nova_ha.policies import enforcer

READY = '/v1/health/ready'
OWN = frozenset({'/v1/health/live', '/v1/openapi.json'})
"""What the web server answers itself: nothing of it is the daemon's."""


ON_RECORD = (
    *('/v1/recoveries', '/v1/recoveries/{uuid}'),
    *('/v1/recoveries/{uuid}/evacuations', '/v1/recoveries/{uuid}/events'),
    *('/v1/rehearsals', '/v1/rehearsals/{id}'),
)
"""What the daemon reads in its store, with as many rows as are asked for."""
TURNS = 2
"""How many of these it reads for us at the same time. More would take longer
all together, and the interpreter from the threads that fence."""


class Misconfigured(Exception):
    """There is no way to the daemon."""


def application(conf: cfg.ConfigOpts, path: str) -> Any:
    """Return the application.

    :param path: of the daemon's socket.
    :raises tokens.Misconfigured: [keystone_authtoken] cannot work.
    """
    gate = identity.Gate(tokens.protocol(conf), enforcer.Policy(conf))
    turns = threading.Semaphore(TURNS)
    return app.build(
        [
            _forwarded(route, path, turns)
            for route in ROUTES
            if not route.local
        ],
        # No handler of the web server's own asks the engine.
        Parts(typing.cast(Fencing, None), settings.Defaults(conf)),
        gate,
    )


def named_socket(conf: cfg.ConfigOpts) -> str:
    """Return the path of the socket that is there for a web server.

    :raises Misconfigured: [api] socket is not set.
    """
    if not conf.api.socket:
        raise Misconfigured(
            'socket in section [api] of nova-ha.conf is not set: name one, '
            'for instance /run/nova-ha/api.sock, with socket_group and '
            'socket_users of the web server, and restart nova-ha-fencer'
        )
    return str(conf.api.socket)


def _forwarded(route: Route, path: str, turns: threading.Semaphore) -> Route:
    if route.path in OWN:
        return route
    kind = forward.Ready if route.path == READY else forward.Forward
    waits = turns if route.path in ON_RECORD else None
    return Route(
        route.path,
        lambda _: kind(path, frozenset(route.operations), waits),
        route.operations,
    )
