# SPDX-License-Identifier: Apache-2.0
"""``POST /v1/hints``: Pacemaker's alert agent says that something happened."""

import falcon

from nova_ha.api import validation
from nova_ha.api.resource import Resource
from nova_ha.api.schemas import hints as schemas


class Hints(Resource):
    """Accepted at once: a hint only brings the next look forward."""

    def on_post(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        self._fencing.hint(validation.body(request, schemas.HINT))
        response.status = falcon.HTTP_ACCEPTED
        response.media = {}
