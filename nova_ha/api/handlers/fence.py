# SPDX-License-Identifier: Apache-2.0
"""``POST /v1/fence``: power a host off and recover it."""

import falcon

from nova_ha.api import audit
from nova_ha.api import validation
from nova_ha.api import views
from nova_ha.api.resource import Resource
from nova_ha.api.schemas import fence as schemas
from nova_ha.recovery.deadline import Deadline


class Fence(Resource):
    """Answers when off is verified and recorded, and not before.

    ``reboot`` is an off like any other here, with the wish that the host be
    powered on again: when that may be is the engine's affair.
    """

    def on_post(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        wanted = validation.body(request, schemas.FENCE)
        seconds = wanted.get('deadline', self._defaults.fence_timeout)
        deadline = Deadline.after(seconds)
        action = wanted.get('action', 'off')
        reason = f'{action} asked for by {audit.who(request)}'
        if wanted.get('reason'):
            reason += f': {wanted["reason"]}'
        answer = self._fencing.fence(
            wanted['host'],
            wanted.get('origin', 'operator'),
            reason,
            deadline,
            power_on=action == 'reboot',
        )
        response.media = views.fence_answer(answer)
