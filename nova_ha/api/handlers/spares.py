# SPDX-License-Identifier: Apache-2.0
"""``/v1/spares``: the reserved hosts, and a person's word about a loan."""

from collections.abc import Callable

import falcon

from nova_ha.api import audit
from nova_ha.api import validation
from nova_ha.api import views
from nova_ha.api.resource import Resource
from nova_ha.api.schemas import hosts as schemas
from nova_ha.recovery.spares import Loan


class Spares(Resource):
    """``GET /v1/spares``: the reserved hosts, and which are on loan."""

    def on_get(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        found = self._fencing.insight.spares()
        response.media = {'spares': [views.spare(one) for one in found]}


class Order:
    """``POST /v1/spares/{spare}/{verb}``

    :param order: the engine's method for the verb.
    """

    def __init__(self, order: Callable[[str, str], Loan]) -> None:
        self._order = order

    def on_post(
        self, request: falcon.Request, response: falcon.Response, spare: str
    ) -> None:
        validation.check(spare, schemas.NAME)
        validation.body(request, schemas.NOTHING)
        loan = self._order(spare, audit.who(request))
        response.media = {'loan': views.loan(loan)}
