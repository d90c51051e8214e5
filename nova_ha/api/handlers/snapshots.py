# SPDX-License-Identifier: Apache-2.0
"""``GET /v1/snapshots``: what would be lost with a host."""

import falcon

from nova_ha.api.resource import Resource


class Snapshots(Resource):
    """Takes its time: all instances and all snapshots are read."""

    def on_get(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        response.media = {'snapshots': self._fencing.insight.snapshots()}
