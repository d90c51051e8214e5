# SPDX-License-Identifier: Apache-2.0
"""Connections that notice soon that the other machine is gone.

Nova is asked at a time when controllers fail too. A connection kept open to
a machine that lost its power would otherwise hold a request for the whole
``timeout``.
"""

import socket
from typing import Any

from keystoneauth1 import session as ks_session
import requests


class Transport(ks_session.TCPKeepAliveAdapter):
    """Bounds how long the other side may take to acknowledge.

    It does not bound how long it may take to answer: that is the session's
    ``timeout``. Nothing is sent again by it.

    :param connect_timeout: seconds for a connection to be made, and for
        the other machine to acknowledge what was sent.
    """

    def __init__(self, *, connect_timeout: float, **kwargs: Any) -> None:
        # init_poolmanager is called by the base.
        self._connect_timeout = connect_timeout
        super().__init__(max_retries=0, **kwargs)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pool, as requests asks for it."""
        super().init_poolmanager(*args, **kwargs)
        milliseconds = int(self._connect_timeout * 1000)
        options = self.poolmanager.connection_pool_kw.setdefault(
            'socket_options', []
        )
        options.append(
            (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
        )

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: dict[str, str] | None = None,
    ) -> requests.Response:
        """Send a request."""
        if timeout is not None and not isinstance(timeout, tuple):
            timeout = (min(self._connect_timeout, timeout), timeout)
        return super().send(request, stream, timeout, verify, cert, proxies)
