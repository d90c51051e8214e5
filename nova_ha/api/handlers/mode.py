# SPDX-License-Identifier: Apache-2.0
"""``/v1/mode``: what nova-ha may do at all, for all controllers."""

import falcon

from nova_ha.api import audit
from nova_ha.api import validation
from nova_ha.api import views
from nova_ha.api.resource import Resource
from nova_ha.api.schemas import mode as schemas
from nova_ha.recovery import modes


class Mode(Resource):
    """``GET`` tells the mode in force here, ``PUT`` sets it."""

    def on_get(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        response.media = {'mode': views.standing(self._fencing.mode())}

    def on_put(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        wanted = validation.body(request, schemas.SET)
        standing = self._fencing.set_mode(
            modes.Mode(wanted['mode']), audit.who(request), wanted['reason']
        )
        response.media = {'mode': views.standing(standing)}
