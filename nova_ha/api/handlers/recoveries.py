# SPDX-License-Identifier: Apache-2.0
"""``/v1/recoveries``: what is going on, and a person's word in it."""

from collections.abc import Callable

import falcon

from nova_ha.api import audit
from nova_ha.api import validation
from nova_ha.api import views
from nova_ha.api.ports import Fencing
from nova_ha.api.schemas import recoveries as schemas
from nova_ha.recovery import model


class Recoveries:
    """``GET /v1/recoveries[?host=&active=]``"""

    def __init__(self, fencing: Fencing) -> None:
        self._fencing = fencing

    def on_get(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        wanted = validation.query(request, schemas.LIST)
        active = wanted.get('active')
        found = self._fencing.recoveries(
            self._in_nova(wanted.get('host')),
            None if active is None else active == 'true',
        )
        response.media = {'recoveries': [views.recovery(r) for r in found]}

    def _in_nova(self, wanted: str | None) -> str | None:
        """Return nova's name of a host, which recoveries go by.

        A host that the hosts file no longer names keeps the name it had.
        """
        for host in self._fencing.hosts():
            if wanted == host.node:
                return host.name
        return wanted


class Recovery:
    """``GET /v1/recoveries/{uuid}``: with its evacuations and history."""

    def __init__(self, fencing: Fencing) -> None:
        self._fencing = fencing

    def on_get(
        self, request: falcon.Request, response: falcon.Response, uuid: str
    ) -> None:
        recovery, evacuations, events = self._fencing.recovery(uuid)
        response.media = {
            'recovery': views.recovery(recovery),
            'evacuations': [views.evacuation(e) for e in evacuations],
            'events': [views.event(e) for e in events],
        }


class Action:
    """``POST /v1/recoveries/{uuid}/{verb}``

    :param action: the engine's method for the verb.
    """

    def __init__(self, action: Callable[[str, str], model.Recovery]) -> None:
        self._action = action

    def on_post(
        self, request: falcon.Request, response: falcon.Response, uuid: str
    ) -> None:
        validation.body(request, schemas.NOTHING)
        recovery = self._action(uuid, audit.who(request))
        response.media = {'recovery': views.recovery(recovery)}
