# SPDX-License-Identifier: Apache-2.0
"""``/v1/hosts``: the hosts that can be fenced, and their power."""

import falcon

from nova_ha.api import audit
from nova_ha.api import validation
from nova_ha.api import views
from nova_ha.api.resource import Resource
from nova_ha.api.schemas import hosts as schemas


class Hosts(Resource):
    """``GET /v1/hosts``: at once; with details where they are asked for."""

    def on_get(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        wanted = validation.query(request, schemas.LIST)
        if wanted.get('detail'):
            reports = self._fencing.insight.hosts()
            found = [views.host_report_of(report) for report in reports]
        else:
            found = [views.host(host) for host in self._fencing.hosts()]
        response.media = {'hosts': found}


class Host(Resource):
    """``GET /v1/hosts/{host}``: is it protected, and if not why."""

    def on_get(
        self, request: falcon.Request, response: falcon.Response, host: str
    ) -> None:
        report = self._fencing.insight.host(host)
        response.media = {'host': views.host_report_of(report)}


class Check(Resource):
    """``POST /v1/hosts/{host}/check``: could it be powered off?"""

    def on_post(
        self, request: falcon.Request, response: falcon.Response, host: str
    ) -> None:
        validation.body(request, schemas.NOTHING)
        found = self._fencing.insight.check(host)
        response.media = {'check': views.host_check(found)}


class Explain(Resource):
    """``GET /v1/hosts/{host}/explain``: what would become of what is there."""

    def on_get(
        self, request: falcon.Request, response: falcon.Response, host: str
    ) -> None:
        found = self._fencing.insight.explain_host(host)
        response.media = {'instances': [views.explained(one) for one in found]}


class Power(Resource):
    """``GET /v1/hosts/{host}/power``: a fresh read through the driver."""

    def on_get(
        self, request: falcon.Request, response: falcon.Response, host: str
    ) -> None:
        validation.check(host, schemas.NAME)
        state = self._fencing.status(host)
        response.media = {'host': host, 'power': state.value}


class PowerOn(Resource):
    """``POST /v1/hosts/{host}/power-on``: done, or noted for later.

    A recovery is no reason to refuse: the wish is kept, and the host powered
    on as [engine] power_on_after has it.
    """

    def on_post(
        self, request: falcon.Request, response: falcon.Response, host: str
    ) -> None:
        validation.check(host, schemas.NAME)
        validation.body(request, schemas.NOTHING)
        self._fencing.power_on(host, audit.who(request))
        response.status = falcon.HTTP_ACCEPTED
        response.media = {'host': host}
