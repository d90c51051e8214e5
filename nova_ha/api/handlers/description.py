# SPDX-License-Identifier: Apache-2.0
"""``GET /v1/openapi.json``: what can be asked, for programs to read."""

from collections.abc import Mapping
from typing import Any

import falcon


class Description:
    """OpenAPI 3.1."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def on_get(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        response.media = self._document
