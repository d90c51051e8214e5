# SPDX-License-Identifier: Apache-2.0
"""``/v1/servers``: nova's instances, as far as a failure concerns them."""

import falcon

from nova_ha.api import views
from nova_ha.api.ports import Fencing


class Explain:
    """``GET /v1/servers/{server}/explain``"""

    def __init__(self, fencing: Fencing) -> None:
        self._fencing = fencing

    def on_get(
        self, request: falcon.Request, response: falcon.Response, server: str
    ) -> None:
        found = self._fencing.insight.explain_server(server)
        response.media = {'instances': [views.explained(found)]}
