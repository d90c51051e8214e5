# SPDX-License-Identifier: Apache-2.0
"""``GET /v1/snapshots``: what would be lost with a host."""

import falcon

from nova_ha.api.ports import Fencing


class Snapshots:
    """Takes its time: all instances and all snapshots are read."""

    def __init__(self, fencing: Fencing) -> None:
        self._fencing = fencing

    def on_get(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        response.media = {'snapshots': self._fencing.insight.snapshots()}
