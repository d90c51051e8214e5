# SPDX-License-Identifier: Apache-2.0
"""``/v1/spares``: what a person wants done about a spare on loan."""

from collections.abc import Callable

import falcon

from nova_ha.api import audit
from nova_ha.api import validation
from nova_ha.api import views
from nova_ha.api.schemas import hosts as schemas
from nova_ha.recovery.spares import Loan


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
