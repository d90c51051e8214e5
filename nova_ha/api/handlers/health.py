# SPDX-License-Identifier: Apache-2.0
"""``/v1/health`` and below: can this daemon fence, and do its work?"""

import falcon

from nova_ha.api.resource import Resource


class Health(Resource):
    """``GET /v1/health``: 200 whenever the daemon answers.

    What keeps it from fencing is in ``problems``.

    ``notes`` tell what does not keep it from fencing.
    """

    def on_get(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        health = self._fencing.health()
        response.media = {
            'healthy': not health.problems,
            'problems': list(health.problems),
            'notes': list(health.notes),
        }


class Live:
    """``GET /v1/health/live``: the process answers."""

    def on_get(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        response.media = {'live': True}


class Ready(Resource):
    """``GET /v1/health/ready``: 503, with the reasons, when it is not."""

    def on_get(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        reasons = list(self._fencing.unready())
        if reasons:
            response.status = falcon.HTTP_SERVICE_UNAVAILABLE
        response.media = {'ready': not reasons, 'reasons': reasons}
