# SPDX-License-Identifier: Apache-2.0
"""``GET /v1/health``: can this daemon fence?"""

import falcon

from nova_ha.api.ports import Fencing


class Health:
    """200 whenever the daemon answers; what is wrong is in ``problems``.

    ``notes`` tell what does not keep it from fencing.
    """

    def __init__(self, fencing: Fencing) -> None:
        self._fencing = fencing

    def on_get(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        health = self._fencing.health()
        response.media = {
            'healthy': not health.problems,
            'problems': list(health.problems),
            'notes': list(health.notes),
        }
