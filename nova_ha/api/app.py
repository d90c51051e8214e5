# SPDX-License-Identifier: Apache-2.0
"""Puts the WSGI application together."""

import logging
import time
from typing import Any
import uuid

import falcon
from falcon import uri
from oslo_log import log

from nova_ha.api import audit
from nova_ha.api import errors
from nova_ha.api import routes
from nova_ha.api import settings
from nova_ha.api.ports import Fencing
from nova_ha.recovery.errors import RecoveryError

LOG = log.getLogger(__name__)

_ROUTING = {404: 'route.unknown', 405: 'route.method-not-allowed'}


def build(
    fencing: Fencing, users: audit.Users, defaults: settings.Defaults
) -> 'falcon.App[falcon.Request, falcon.Response]':
    """Return the application."""
    middleware: list[Any] = [Journal(), audit.Gate(users)]
    app = falcon.App(middleware=middleware)
    app.req_options.strip_url_path_trailing_slash = True
    app.add_error_handler(Exception, _unexpected)
    app.add_error_handler(falcon.HTTPError, _http)
    app.add_error_handler(errors.BadRequest, _bad_request)
    app.add_error_handler(audit.NotAllowed, _not_allowed)
    app.add_error_handler(RecoveryError, _recovery_error)
    for path, handler in routes.routes(fencing, defaults):
        app.add_route(path, handler)
    return app


class Journal:
    """Middleware: names each request, and writes down what it came to."""

    def process_request(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        request.context.id = f'req-{uuid.uuid4()}'
        request.context.since = time.monotonic()
        response.set_header('X-Openstack-Request-Id', request.context.id)

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
            getattr(request.context, 'user', 'nobody'),
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
    errors.write(response, errors.Code(error.status, error.code), str(error))


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
