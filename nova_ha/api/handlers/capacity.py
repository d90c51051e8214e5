# SPDX-License-Identifier: Apache-2.0
"""``GET /v1/capacity``: how many hosts may fail."""

import falcon

from nova_ha.api import validation
from nova_ha.api.ports import Fencing
from nova_ha.api.schemas import capacity as schemas

WORST = 3


class Capacity:
    """Takes its time: all instances and hosts of the cloud are read."""

    def __init__(self, fencing: Fencing) -> None:
        self._fencing = fencing

    def on_get(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        wanted = validation.query(request, schemas.SHOW)
        found = self._fencing.insight.capacity(wanted.get('hosts', WORST))
        response.media = {'capacity': found}
