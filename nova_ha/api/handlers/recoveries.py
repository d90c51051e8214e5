# SPDX-License-Identifier: Apache-2.0
"""``/v1/recoveries``: what is going on, and a person's word in it."""

from collections.abc import Callable

import falcon

from nova_ha.api import audit
from nova_ha.api import paging
from nova_ha.api import queries
from nova_ha.api import validation
from nova_ha.api import views
from nova_ha.api.resource import Resource
from nova_ha.api.schemas import recoveries as schemas
from nova_ha.recovery import model
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import OffBy


class Recoveries(Resource):
    """``GET /v1/recoveries``, page by page, and ``POST`` to begin one."""

    def on_get(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        wanted = validation.query(request, schemas.LIST)
        query = queries.recoveries(
            wanted,
            self._in_nova(wanted.get('host')),
            paging.limit(wanted, self._defaults),
        )
        page = self._archive.recovery_page(query)
        response.media = paging.answer(
            request,
            self._defaults,
            'recoveries',
            [views.recovery(recovery) for recovery in page.rows],
            {'marker': page.rows[-1].uuid} if page.more else {},
        )

    def on_post(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        wanted = validation.body(request, schemas.CREATE)
        recovery = self._fencing.create(
            wanted['host'],
            OffBy(wanted['off']),
            audit.who(request),
            wanted['reason'],
        )
        response.status = falcon.HTTP_ACCEPTED
        response.media = {'recovery': views.recovery(recovery)}

    def _in_nova(self, wanted: str | None) -> str | None:
        """Return nova's name of a host, which recoveries go by.

        A host that the hosts file no longer names keeps the name it had.
        """
        for host in self._fencing.hosts() if wanted else ():
            if wanted == host.node:
                return host.name
        return wanted


class Evacuations(Resource):
    """``GET /v1/recoveries/{uuid}/evacuations``, page by page."""

    def on_get(
        self, request: falcon.Request, response: falcon.Response, uuid: str
    ) -> None:
        wanted = validation.query(request, schemas.EVACUATIONS_LIST)
        page = self._archive.evacuation_page(
            uuid,
            [EvacuationState(word) for word in wanted.get('state', ())],
            paging.limit(wanted, self._defaults),
            wanted.get('marker'),
        )
        response.media = paging.answer(
            request,
            self._defaults,
            'evacuations',
            [views.evacuation(evacuation) for evacuation in page.rows],
            {'marker': page.rows[-1].instance} if page.more else {},
        )


class Events(Resource):
    """``GET /v1/recoveries/{uuid}/events``: what came behind an id."""

    def on_get(
        self, request: falcon.Request, response: falcon.Response, uuid: str
    ) -> None:
        wanted = validation.query(request, schemas.EVENTS_LIST)
        page = self._archive.event_page(
            uuid, wanted.get('after', 0), paging.limit(wanted, self._defaults)
        )
        response.media = paging.answer(
            request,
            self._defaults,
            'events',
            [views.event(event) for event in page.rows],
            {'after': page.rows[-1].id} if page.more else {},
        )


class Recovery(Resource):
    """``GET /v1/recoveries/{uuid}``: with its evacuations and history."""

    def on_get(
        self, request: falcon.Request, response: falcon.Response, uuid: str
    ) -> None:
        recovery = self._archive.get(uuid)
        response.media = {
            'recovery': views.recovery(recovery),
            'evacuations': [
                views.evacuation(e) for e in self._archive.evacuations(uuid)
            ],
            'events': [views.event(e) for e in self._archive.events(uuid)],
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
