# SPDX-License-Identifier: Apache-2.0
"""Whether an instance serves, tried from this controller."""

import contextlib
import socket

TIMEOUT = 2.0
"""Seconds; a port in the same site answers in milliseconds."""


class SocketProbe:
    """Satisfies :class:`nova_ha.recovery.ports.Probe`.

    Nothing is sent: a connection that is accepted is closed again.
    """

    def __init__(self, timeout: float = TIMEOUT) -> None:
        self._timeout = timeout

    def tcp(self, address: str, port: int) -> bool:
        """Whether a connection is accepted there within the time-out."""
        with contextlib.suppress(OSError, ValueError):
            socket.create_connection((address, port), self._timeout).close()
            return True
        return False
