# SPDX-License-Identifier: Apache-2.0
"""``GET /``: which versions of the API there are."""

import falcon


class Versions:
    """One so far."""

    def on_get(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        response.media = {'versions': [{'id': 'v1', 'status': 'CURRENT'}]}
