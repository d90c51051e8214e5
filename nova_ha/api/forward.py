# SPDX-License-Identifier: Apache-2.0
"""Hands requests on to the daemon of this machine.

For a web server that runs the API in processes of its own: they find out who
asks and whether they may, and the daemon does the rest. So a web server holds
no password of a BMC, of nova or of the store.
"""

from collections.abc import Callable
from collections.abc import Iterable
import json
from urllib import parse

import falcon

from nova_ha.api import audit
from nova_ha.api import errors
from nova_ha.api import validation
from nova_ha.api.daemon import Answer
from nova_ha.api.daemon import Question

IDENTITY = 'X-Nova-Ha-Identity'
"""Who asks, and which rule let them, as JSON."""
REQUEST_ID = 'X-Openstack-Request-Id'
SCHEME = 'X-Forwarded-Proto'

_ASKED = ('Content-Type', 'Host', 'OpenStack-API-Version')
_ANSWERED = ('Content-Type', 'OpenStack-API-Version', 'Retry-After')


class Forward:
    """Answers what the daemon answers.

    :param ask: asks it.
    :param methods: those that there are.
    """

    def __init__(
        self, ask: Callable[[Question], Answer], methods: Iterable[str]
    ) -> None:
        self._ask = ask
        for method in methods:
            setattr(self, f'on_{method.lower()}', self._forward)

    def _forward(
        self,
        request: falcon.Request,
        response: falcon.Response,
        **parameters: str,
    ) -> None:
        answer = self._ask(_question(request, response))
        response.status = answer.status
        response.data = answer.body
        for name in _ANSWERED:
            if value := answer.headers.get(name):
                response.set_header(name, value)


class Ready(Forward):
    """``GET /v1/health/ready``: a daemon that is away is a reason."""

    def _forward(
        self,
        request: falcon.Request,
        response: falcon.Response,
        **parameters: str,
    ) -> None:
        try:
            super()._forward(request, response, **parameters)
        except errors.BadRequest as error:
            response.status = falcon.HTTP_SERVICE_UNAVAILABLE
            response.media = {'ready': False, 'reasons': [str(error)]}


def _question(request: falcon.Request, response: falcon.Response) -> Question:
    wanted = {
        name: value
        for name in _ASKED
        if (value := request.get_header(name)) is not None
    }
    wanted[SCHEME] = request.scheme
    told = {
        # The daemon gives each request a name too; ours is the wider one.
        REQUEST_ID: str(response.get_header(REQUEST_ID)),
        IDENTITY: json.dumps(
            {
                'name': audit.who(request),
                'rule': request.context.operation.rule_name,
            }
        ),
    }
    return Question(
        request.method,
        _target(request),
        validation.raw_body(request),
        wanted,
        told,
    )


def _target(request: falcon.Request) -> str:
    """Return path and query, so that the daemon reads the same from them.

    A question mark within the path must not become the one behind it.
    """
    path = parse.quote(request.path, safe='/')
    return f'{path}?{request.query_string}' if request.query_string else path
