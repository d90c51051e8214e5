# SPDX-License-Identifier: Apache-2.0
"""Puts the WSGI application together."""

from collections.abc import Iterable
from collections.abc import Mapping
import logging
import re
import time
from typing import Any
import uuid

import falcon
from falcon import uri
from oslo_log import log

from nova_ha.api import audit
from nova_ha.api import errors
from nova_ha.api.microversion import Negotiation
from nova_ha.api.operations import Operation
from nova_ha.api.parameters import Parameters
from nova_ha.api.route import Parts
from nova_ha.api.route import Route
from nova_ha.recovery.errors import RecoveryError

LOG = log.getLogger(__name__)

REQUEST_ID = 'X-Openstack-Request-Id'
_REQUEST_ID = re.compile(
    r'req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', re.ASCII
)
_ROUTING = {404: 'route.unknown', 405: 'route.method-not-allowed'}


def build(
    routes: Iterable[Route], parts: Parts, gate: object
) -> 'falcon.App[falcon.Request, falcon.Response]':
    """Return the application.

    :param gate: middleware that knows who asks, and refuses.
    :raises ValueError: a handler and its operations do not agree.
    """
    found = Found()
    middleware: list[Any] = [
        Journal(),
        Negotiation(),
        found,
        gate,
        Parameters(),
    ]
    app = falcon.App(middleware=middleware)
    app.req_options.strip_url_path_trailing_slash = True
    app.add_error_handler(Exception, _unexpected)
    app.add_error_handler(falcon.HTTPError, _http)
    app.add_error_handler(errors.BadRequest, _bad_request)
    app.add_error_handler(audit.NotAllowed, _not_allowed)
    app.add_error_handler(RecoveryError, _recovery_error)
    for route in routes:
        handler = route.make(parts)
        found.add(handler, route)
        app.add_route(route.path, handler)
    return app


class Found:
    """Middleware: says which operation it is, for the gate."""

    def __init__(self) -> None:
        self._operations: dict[object, Mapping[str, Operation]] = {}

    def add(self, handler: object, route: Route) -> None:
        """Remember what a handler does.

        :raises ValueError: it can do more than its operations tell, or less.
        """
        able = {
            method
            for method in falcon.HTTP_METHODS
            if hasattr(handler, f'on_{method.lower()}')
        }
        if able != set(route.operations):
            raise ValueError(
                f'{route.path}: the handler answers {sorted(able)}, its '
                f'operations are {sorted(route.operations)}'
            )
        self._operations[handler] = route.operations

    def process_resource(
        self,
        request: falcon.Request,
        response: falcon.Response,
        resource: object,
        params: Mapping[str, object],
    ) -> None:
        """None: a method that Falcon answers itself, OPTIONS or 405."""
        operations = self._operations[resource]
        request.context.operation = operations.get(request.method)


class Journal:
    """Middleware: names each request, and writes down what it came to.

    A client that has a name for what it does, across services, says it in
    the same header; both names are logged then.
    """

    def process_request(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        name = f'req-{uuid.uuid4()}'
        response.set_header(REQUEST_ID, name)
        given = request.get_header(REQUEST_ID) or ''
        wider = f' of {given}' if _REQUEST_ID.fullmatch(given) else ''
        request.context.id = f'{name}{wider}'
        request.context.since = time.monotonic()
        request.context.user = 'nobody'

    def process_response(
        self,
        request: falcon.Request,
        response: falcon.Response,
        resource: object,
        succeeded: bool,
    ) -> None:
        # Reading happens all the time: monitors do it.
        level = logging.DEBUG if request.method == 'GET' else logging.INFO
        LOG.log(
            level,
            '%s %s by %s: %s after %.3f s [%s]',
            request.method,
            uri.encode(request.path),
            audit.who(request),
            response.status,
            time.monotonic() - request.context.since,
            request.context.id,
        )


def _recovery_error(
    request: falcon.Request,
    response: falcon.Response,
    error: RecoveryError,
    parameters: dict[str, object],
) -> None:
    code = errors.of(error)
    LOG.warning(
        '%s %s by %s: %d %s: %s [%s]',
        request.method,
        uri.encode(request.path),
        audit.who(request),
        code.status,
        code.code,
        error,
        request.context.id,
    )
    errors.write(response, code, str(error))


def _bad_request(
    request: falcon.Request,
    response: falcon.Response,
    error: errors.BadRequest,
    parameters: dict[str, object],
) -> None:
    response.set_headers(error.headers)
    code = errors.Code(error.status, error.code, error.retriable)
    errors.write(response, code, str(error))


def _not_allowed(
    request: falcon.Request,
    response: falcon.Response,
    error: audit.NotAllowed,
    parameters: dict[str, object],
) -> None:
    LOG.warning(
        'Refused %s %s: %s', request.method, uri.encode(request.path), error
    )
    errors.write(response, errors.Code(403, 'user.not-allowed'), str(error))


def _http(
    request: falcon.Request,
    response: falcon.Response,
    error: falcon.HTTPError,
    parameters: dict[str, object],
) -> None:
    """Tell what Falcon itself refuses."""
    name = _ROUTING.get(error.status_code, 'request.invalid')
    code = errors.Code(error.status_code, name)
    response.set_headers(dict(error.headers or {}))
    errors.write(
        response, code, f'{request.method} {request.path}: {error.title}'
    )


def _unexpected(
    request: falcon.Request,
    response: falcon.Response,
    error: Exception,
    parameters: dict[str, object],
) -> None:
    LOG.error(
        '%s %s failed [%s]',
        request.method,
        uri.encode(request.path),
        request.context.id,
        exc_info=error,
    )
    errors.write(
        response,
        errors.Code(500, 'internal'),
        f'internal error, see {request.context.id} in the log of '
        'nova-ha-fencer',
    )
