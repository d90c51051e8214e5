# SPDX-License-Identifier: Apache-2.0
"""``/v1/rehearsals``: what would have been done in mode observe."""

import falcon

from nova_ha.api import paging
from nova_ha.api import validation
from nova_ha.api import views
from nova_ha.api.resource import Resource
from nova_ha.api.schemas import rehearsals as schemas


class Rehearsals(Resource):
    """``GET /v1/rehearsals``: the newest first, page by page."""

    def on_get(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        wanted = validation.query(request, schemas.LIST)
        page = self._archive.rehearsal_page(
            paging.limit(wanted, self._defaults), wanted.get('marker')
        )
        response.media = paging.answer(
            request,
            self._defaults,
            'rehearsals',
            [views.rehearsal(rehearsal) for rehearsal in page.rows],
            {'marker': page.rows[-1].uuid} if page.more else {},
        )


class Rehearsal(Resource):
    """``GET /v1/rehearsals/{id}``"""

    def on_get(
        self,
        request: falcon.Request,
        response: falcon.Response,
        id: str,  # noqa: A002  as the route has it
    ) -> None:
        found = self._archive.rehearsal(id)
        response.media = {'rehearsal': views.rehearsal(found)}
