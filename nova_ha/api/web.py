# SPDX-License-Identifier: Apache-2.0
"""The application for a web server; see :mod:`.forward`.

The fencer's own process, which serves TCP, is one. As it has the daemon's
configuration, and with it the store, it reads what is on record itself.
"""

from collections.abc import Sequence
import typing
from typing import Any

from oslo_config import cfg

from nova_ha.api import app
from nova_ha.api import forward
from nova_ha.api import identity
from nova_ha.api import on_record
from nova_ha.api import settings
from nova_ha.api import tokens
from nova_ha.api.daemon import Daemon
from nova_ha.api.ports import Fencing
from nova_ha.api.route import Parts
from nova_ha.api.route import Route
from nova_ha.api.routes import ROUTES
from nova_ha.api.sparing import Spared
from nova_ha.policies import enforcer
from nova_ha.recovery import ports

READY = '/v1/health/ready'
OWN = frozenset({'/v1/health/live', '/v1/openapi.json'})
"""What the web server answers itself: nothing of it is the daemon's."""


class Misconfigured(Exception):
    """There is no way to the daemon."""


def application(
    conf: cfg.ConfigOpts, path: str, archive: ports.Archive | None = None
) -> Any:
    """Return the application.

    :param path: of the daemon's socket.
    :param archive: what is on record; None where the daemon reads it.
    :raises tokens.Misconfigured: [keystone_authtoken] cannot work.
    """
    return app.build(
        routes(path, archive is not None),
        Parts(
            typing.cast(ports.Archive, archive),
            # No handler of the web server's own asks the engine.
            typing.cast(Fencing, None),
            settings.Defaults(conf),
        ),
        identity.Gate(tokens.protocol(conf), enforcer.Policy(conf)),
    )


def routes(path: str, reads: bool) -> Sequence[Route]:
    """Return every route, as a web server handles it.

    :param path: of the daemon's socket.
    :param reads: whether it has what is on record.
    """
    spared = Spared(Daemon(path))
    return [
        _handed_on(route, spared, reads) for route in ROUTES if not route.local
    ]


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


def _handed_on(route: Route, spared: Spared, reads: bool) -> Route:
    if route.path in OWN:
        return route
    methods = route.operations

    def make(parts: Parts) -> object:
        if route.path == READY:
            return forward.Ready(spared.share, methods)
        if route.path not in on_record.PATHS:
            return forward.Forward(spared.share, methods)
        if not reads:
            return forward.Forward(spared.take_turns, methods)
        return on_record.OnRecord(
            route.make(parts), spared.take_turns, methods
        )

    return Route(route.path, make, route.operations)
