# SPDX-License-Identifier: Apache-2.0
"""``GET /v1/capacity``: how many hosts may fail."""

import falcon

from nova_ha.api import validation
from nova_ha.api.resource import Resource
from nova_ha.api.schemas import capacity as schemas

WORST = 3


class Capacity(Resource):
    """Takes its time: all instances and hosts of the cloud are read."""

    def on_get(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        wanted = validation.query(request, schemas.SHOW)
        found = self._fencing.insight.capacity(wanted.get('hosts', WORST))
        response.media = {'capacity': found}
