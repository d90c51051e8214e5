# SPDX-License-Identifier: Apache-2.0
"""``GET /`` and ``GET /v1``: which versions of the API there are."""

from typing import Any

import falcon

from nova_ha.api import links
from nova_ha.api import microversion
from nova_ha.api import settings
from nova_ha.api.resource import Resource


class Versions(Resource):
    """One so far."""

    def on_get(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        response.media = {'versions': [_v1(request, self._defaults)]}


class Version(Resource):
    """``GET /v1``"""

    def on_get(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        response.media = {'version': _v1(request, self._defaults)}


def _v1(
    request: falcon.Request, defaults: settings.Defaults
) -> dict[str, Any]:
    return {
        'id': 'v1',
        'status': 'CURRENT',
        'min_version': str(microversion.MINIMUM),
        'max_version': str(microversion.MAXIMUM),
        'links': [
            {'rel': 'self', 'href': f'{links.root(request, defaults)}/v1'}
        ],
    }
