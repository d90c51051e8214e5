# SPDX-License-Identifier: Apache-2.0
"""cheroot, as both servers use it: our limits, our log, a clean end."""

import logging
import os
import ssl
import sys
import threading
from typing import Any

from cheroot import wsgi
from oslo_log import log

from nova_ha.api import validation

LOG = log.getLogger(__name__)

MAX_HEADER = 16 * 1024
"""Bytes of the request line and all headers."""
START_TIMEOUT = 10.0


class Server(wsgi.Server):
    """Serves until drained, by threads of its own.

    :param title: what the log calls it.
    :param more: as cheroot takes it.
    """

    max_request_body_size = validation.MAX_BODY
    max_request_header_size = MAX_HEADER
    # Seconds until stop() is seen.
    expiration_interval = 0.25

    def __init__(
        self,
        address: Any,
        application: Any,
        threads: int,
        title: str,
        **more: Any,
    ) -> None:
        self.title = title
        super().__init__(
            address, application, numthreads=threads, max=threads, **more
        )

    def error_log(
        self, msg: str = '', level: int = logging.INFO, traceback: bool = False
    ) -> None:
        """Write to our log, not to stderr."""
        error = sys.exc_info()[1]
        if isinstance(error, ssl.SSLError):
            # The other side's doing: no trust in our certificate, no TLS.
            LOG.info('%s: a client broke off TLS: %s', self.title, error)
            return
        LOG.log(level, '%s: %s', self.title, msg, exc_info=traceback)

    def start_in_background(self) -> None:
        """Serve until drained.

        All threads descend from one that does not keep the process alive, so
        that a request which never ends cannot either.

        :raises OSError: it cannot listen.
        :raises TimeoutError: it does not begin to.
        """
        serving = threading.Event()
        failed: list[OSError] = []
        # Were it set, cheroot would take file 3 for its listening socket.
        os.environ.pop('LISTEN_PID', None)

        def serve() -> None:
            try:
                self.prepare()
            except OSError as error:
                failed.append(error)
                return
            finally:
                serving.set()
            self.serve()

        threading.Thread(target=serve, name=self.title, daemon=True).start()
        if not serving.wait(START_TIMEOUT):
            raise TimeoutError(
                f'{self.title} did not start within {START_TIMEOUT} s'
            )
        if failed:
            raise failed[0]

    def drain(self, timeout: float) -> bool:
        """Let requests under way end; return whether all did in time."""
        self.shutdown_timeout = timeout
        stopping = threading.Thread(
            target=self.stop, name=f'{self.title} stops', daemon=True
        )
        stopping.start()
        stopping.join(timeout + 1)
        return not stopping.is_alive()
