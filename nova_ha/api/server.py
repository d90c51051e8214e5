# SPDX-License-Identifier: Apache-2.0
"""Serves the local API: cheroot's threads on our own Unix socket."""

import logging
import os
import pathlib
import threading
from typing import Any

from cheroot import wsgi
from oslo_config import cfg
from oslo_log import log

from nova_ha.api import app
from nova_ha.api import audit
from nova_ha.api import settings
from nova_ha.api import unix_socket
from nova_ha.api import validation
from nova_ha.api.ports import Fencing

LOG = log.getLogger(__name__)
IDLE_TIMEOUT = 10
"""Seconds that a client may take to say what it wants."""
MAX_HEADER = 16 * 1024
START_TIMEOUT = 10.0


class LocalApi:
    """The API on the Unix socket of [fencer], served by threads of its own.

    :param conf: with the options of [fencer].
    """

    def __init__(self, conf: cfg.ConfigOpts, fencing: Fencing) -> None:
        self._options = conf.fencer
        self._app = app.build(
            fencing,
            audit.Users(self._options.allowed_users),
            settings.Defaults(conf),
        )
        self._socket: unix_socket.UnixSocket | None = None
        self._server: _Server | None = None

    def start(self) -> None:
        """Offer the socket; requests are answered from now on.

        :raises unix_socket.SocketError: it cannot be offered.
        """
        path = pathlib.Path(self._options.socket)
        self._socket = unix_socket.UnixSocket(
            path,
            unix_socket.Rights(
                self._options.socket_owner,
                self._options.socket_group,
                self._options.socket_mode,
            ),
        )
        self._server = _Server(self._socket, self._app, self._options.threads)
        self._server.start_in_background()
        LOG.info('The local API listens on %s', path)

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
                'Requests are still under way on the local API after %.1f s',
                timeout,
            )
        self._socket.close()
        self._server = self._socket = None


class _Server(wsgi.Server):
    """cheroot, given a socket that listens already."""

    max_request_body_size = validation.MAX_BODY
    max_request_header_size = MAX_HEADER
    # Seconds until stop() is seen.
    expiration_interval = 0.25

    def __init__(
        self, listener: unix_socket.UnixSocket, application: Any, threads: int
    ) -> None:
        self._listener = listener
        super().__init__(
            listener.socket.getsockname(),
            application,
            numthreads=threads,
            max=threads,
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

    def error_log(
        self, msg: str = '', level: int = logging.INFO, traceback: bool = False
    ) -> None:
        """Write to our log, not to stderr."""
        LOG.log(level, 'Local API: %s', msg, exc_info=traceback)

    def start_in_background(self) -> None:
        """Serve until drained.

        All threads descend from one that does not keep the process alive, so
        that a request which never ends cannot either.
        """
        serving = threading.Event()
        # Were it set, cheroot would take file 3 for its listening socket.
        os.environ.pop('LISTEN_PID', None)

        def serve() -> None:
            self.prepare()
            serving.set()
            self.serve()

        threading.Thread(target=serve, name='local-api', daemon=True).start()
        if not serving.wait(START_TIMEOUT):
            raise unix_socket.SocketError(
                f'the local API did not start within {START_TIMEOUT} s'
            )

    def drain(self, timeout: float) -> bool:
        """Let requests under way end; return whether all did in time."""
        self.shutdown_timeout = timeout
        stopping = threading.Thread(
            target=self.stop, name='local-api-stop', daemon=True
        )
        stopping.start()
        stopping.join(timeout + 1)
        return not stopping.is_alive()
