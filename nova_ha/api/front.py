# SPDX-License-Identifier: Apache-2.0
"""Takes requests from a web server of this machine; see :mod:`.forward`.

The web server is the fencer's own process, which serves the API on TCP, or
another that runs nova_ha.wsgi.
"""

from collections.abc import Mapping
import json
import pathlib

import falcon
from oslo_config import cfg
from oslo_log import log

from nova_ha.api import app
from nova_ha.api import audit
from nova_ha.api import forward
from nova_ha.api import server
from nova_ha.api import settings
from nova_ha.api import unix_socket
from nova_ha.api.ports import Fencing
from nova_ha.api.route import Parts
from nova_ha.api.routes import ROUTES

LOG = log.getLogger(__name__)
MODE = '0660'


def path(conf: cfg.ConfigOpts) -> pathlib.Path | None:
    """Return where the socket is; None if nobody needs one.

    One that no option names, since only the fencer's own process uses it, is
    beside that of the fence path.
    """
    if conf.api.socket:
        return pathlib.Path(conf.api.socket)
    if not conf.api.enabled:
        return None
    beside = pathlib.Path(conf.fencer.socket)
    return beside.with_name(f'{beside.stem}-api{beside.suffix}')


class Gate:
    """Middleware: believes the web server who asks, and nobody else.

    The web server has asked the policy about one rule. Should it and the
    daemon read different operations from the same request, that would be no
    permission for the other.
    """

    def __init__(self, users: audit.Users) -> None:
        self._users = users

    def process_request(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        self._users.check(request.env)
        said = request.get_header(forward.SCHEME)
        if said in ('http', 'https'):
            request.env['wsgi.url_scheme'] = said

    def process_resource(
        self,
        request: falcon.Request,
        response: falcon.Response,
        resource: object,
        params: Mapping[str, object],
    ) -> None:
        operation = request.context.operation
        if operation is None:
            return
        name, rule = _said(request)
        if rule != operation.rule_name:
            raise audit.NotAllowed(
                f'the web server let {name} do {rule}, and this takes '
                f'{operation.rule_name}'
            )
        request.context.user = name


class FrontApi(server.UnixApi):
    """The API on a second socket.

    :param conf: with the options of [api].
    :param place: of the socket; see :func:`path`.
    """

    def __init__(
        self, conf: cfg.ConfigOpts, place: pathlib.Path, fencing: Fencing
    ) -> None:
        options = conf.api
        users = audit.Users(
            options.socket_users, 'socket_users in section [api]'
        )
        super().__init__(
            server.Where(
                'API for a web server',
                place,
                unix_socket.Rights(
                    None, options.socket_group, MODE, section='api'
                ),
                options.threads,
            ),
            app.build(
                [route for route in ROUTES if not route.local],
                Parts(fencing.archive, fencing, settings.Defaults(conf)),
                Gate(users),
            ),
        )

    def start(self) -> None:
        """Offer the socket; if it cannot be, hosts are fenced all the same."""
        try:
            super().start()
        except unix_socket.SocketError as error:
            LOG.error(
                'The API for a web server cannot be served, hosts are fenced '
                'all the same: %s',
                error,
            )


def _said(request: falcon.Request) -> tuple[str, str]:
    """Return whom the request is for, and the rule that was asked.

    :raises audit.NotAllowed: it does not say so.
    """
    try:
        said = json.loads(request.get_header(forward.IDENTITY) or '')
        return str(said['name']), str(said['rule'])
    except (ValueError, KeyError, TypeError):
        raise audit.NotAllowed(
            f'the header {forward.IDENTITY} does not say who asks: this '
            'socket is for nova_ha.wsgi; people use the one of [fencer]'
        ) from None
