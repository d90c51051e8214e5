# SPDX-License-Identifier: Apache-2.0
"""Words to systemd, where it listens (sd_notify and its watchdog).

oslo.service can only say that a service is ready.
"""

import os
import socket


def notify(state: str) -> None:
    """Send a state such as ``READY=1``; nothing happens without systemd."""
    address = os.environ.get('NOTIFY_SOCKET')
    if not address:
        return
    if address.startswith('@'):
        address = '\0' + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        try:
            sock.sendto(state.encode(), address)
        except OSError:
            return  # systemd has gone away: nobody to tell


def watchdog_interval() -> float | None:
    """Return how often systemd wants a sign of life, in seconds, halved.

    None where it does not want one of this process.
    """
    microseconds = os.environ.get('WATCHDOG_USEC', '')
    pid = os.environ.get('WATCHDOG_PID')
    if not microseconds.isdigit() or (pid and pid != str(os.getpid())):
        return None
    return int(microseconds) / 2_000_000
