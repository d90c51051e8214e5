# SPDX-License-Identifier: Apache-2.0
"""Refuses what no operation knows, before any handler sees it."""

from collections.abc import Mapping

import falcon

from nova_ha.api import errors
from nova_ha.api import validation
from nova_ha.api.operations import Access
from nova_ha.api.operations import Operation
from nova_ha.api.schemas import paths


class Parameters:
    """Middleware: looks at names in the path and behind the question mark.

    The fence path is let alone: what an agent sends is for its handler.
    """

    def process_resource(
        self,
        request: falcon.Request,
        response: falcon.Response,
        resource: object,
        params: Mapping[str, str],
    ) -> None:
        operation: Operation | None = request.context.operation
        if operation is None or operation.rule is Access.LOCAL:
            return
        for name, value in params.items():
            validation.check(value, paths.PARAMETERS[name], name)
        known = (operation.query or {}).get('properties', {})
        for name in request.params:
            if name not in known:
                there_are = ', '.join(sorted(known)) or 'none'
                raise errors.BadRequest(
                    f'{name[:64]}: there is no such parameter here; there '
                    f'are: {there_are}'
                )
