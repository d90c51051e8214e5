# SPDX-License-Identifier: Apache-2.0
"""What is on record, read where people are answered.

A crowd of readers would otherwise take the daemon's interpreter from the
threads that fence. See :mod:`.web`.
"""

from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

import falcon

from nova_ha.api.daemon import Answer
from nova_ha.api.daemon import Question
from nova_ha.api.forward import Forward

PATHS = frozenset(
    {
        *('/v1/recoveries', '/v1/recoveries/{uuid}'),
        *('/v1/recoveries/{uuid}/evacuations', '/v1/recoveries/{uuid}/events'),
        *('/v1/rehearsals', '/v1/rehearsals/{id}'),
    }
)
"""What the store alone can answer, with as many rows as are asked for."""


class OnRecord(Forward):
    """Reads in the store; what is to be done is handed on as ever.

    :param handler: of the same path, made of a store and no engine.
    """

    def __init__(
        self,
        handler: Any,
        ask: Callable[[Question], Answer],
        methods: Iterable[str],
    ) -> None:
        super().__init__(ask, methods)
        self._read = handler.on_get

    def _forward(
        self,
        request: falcon.Request,
        response: falcon.Response,
        **parameters: str,
    ) -> None:
        # A host may be meant by its name in Pacemaker, which the daemon knows.
        if request.method == 'GET' and not request.has_param('host'):
            self._read(request, response, **parameters)
        else:
            super()._forward(request, response, **parameters)
