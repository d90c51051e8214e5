# SPDX-License-Identifier: Apache-2.0
"""Serves the local API: cheroot's threads on our own Unix socket."""

import dataclasses
import pathlib
from typing import Any

from oslo_config import cfg
from oslo_log import log

from nova_ha.api import app
from nova_ha.api import audit
from nova_ha.api import serving
from nova_ha.api import settings
from nova_ha.api import unix_socket
from nova_ha.api.ports import Fencing
from nova_ha.api.route import Parts
from nova_ha.api.routes import ROUTES

LOG = log.getLogger(__name__)
IDLE_TIMEOUT = 10
"""Seconds that a client may take to say what it wants."""


@dataclasses.dataclass(frozen=True, slots=True)
class Where:
    """A socket and who serves it.

    :ivar title: what the log calls it.
    :ivar threads: how many requests are answered at the same time.
    """

    title: str
    path: pathlib.Path
    rights: unix_socket.Rights
    threads: int


class UnixApi:
    """An application on a Unix socket, served by threads of its own."""

    def __init__(self, where: Where, application: Any) -> None:
        self._where = where
        self._app = application
        self._socket: unix_socket.UnixSocket | None = None
        self._server: _Server | None = None

    def start(self) -> None:
        """Offer the socket; requests are answered from now on.

        :raises unix_socket.SocketError: it cannot be offered.
        """
        where = self._where
        self._socket = unix_socket.UnixSocket(where.path, where.rights)
        self._server = _Server(self._socket, self._app, where)
        try:
            self._server.start_in_background()
        except OSError as error:
            raise unix_socket.SocketError(str(error)) from None
        LOG.info('The %s listens on %s', where.title, where.path)

    def stop(self, timeout: float) -> None:
        """Take no more requests and let those under way end.

        :param timeout: seconds to wait for them. Whoever is not answered by
            then sees the connection break when the process ends, and asks
            the next one.
        """
        if self._server is None or self._socket is None:
            return
        self._socket.remove()
        if not self._server.drain(timeout):
            LOG.warning(
                'Requests are still under way on the %s after %.1f s',
                self._where.title,
                timeout,
            )
        self._socket.close()
        self._server = self._socket = None


class LocalApi(UnixApi):
    """The API on the Unix socket of [fencer]: the fence path.

    :param conf: with the options of [fencer].
    """

    def __init__(self, conf: cfg.ConfigOpts, fencing: Fencing) -> None:
        options = conf.fencer
        super().__init__(
            Where(
                'local API',
                pathlib.Path(options.socket),
                unix_socket.Rights(
                    options.socket_owner,
                    options.socket_group,
                    options.socket_mode,
                ),
                options.threads,
            ),
            app.build(
                ROUTES,
                Parts(fencing.archive, fencing, settings.Defaults(conf)),
                audit.Gate(audit.Users(options.allowed_users)),
            ),
        )


class _Server(serving.Server):
    """Given a socket that listens already."""

    def __init__(
        self,
        listener: unix_socket.UnixSocket,
        application: Any,
        where: Where,
    ) -> None:
        self._listener = listener
        super().__init__(
            listener.socket.getsockname(),
            application,
            where.threads,
            where.title,
            request_queue_size=unix_socket.BACKLOG,
            timeout=IDLE_TIMEOUT,
            peercreds_enabled=True,
        )

    def bind_unix_socket(self, bind_addr: str) -> Any:
        """Take the socket that is there, whose rights are right.

        cheroot would make one that everybody may open.
        """
        self.socket = self._listener.socket
        return self.socket
