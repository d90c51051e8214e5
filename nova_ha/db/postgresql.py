# SPDX-License-Identifier: Apache-2.0
"""Bounds how long PostgreSQL is waited for.

libpq can time a connection attempt out but not an answer: a server that
hangs with its disk would hold a fence request for ever. psycopg2 lets its
user do the waiting.
"""

import contextlib
import functools
import importlib
import select
import time
from typing import Any

import sqlalchemy as sa

from nova_ha.db import url as urls

CONNECT = 'connect_timeout'
READ = 'read_timeout'

EXTENSIONS = 'psycopg2.extensions'
"""Imported late: the driver is an optional requirement."""


def bound_waits(url: sa.URL) -> sa.URL:
    """Make psycopg2 give up when an answer does not come in time.

    Holds for the whole process. Other drivers are left as they are.

    :param url: says how long in ``connect_timeout`` and, by the name it has
        with MySQL, in ``read_timeout``.
    :raises InvalidDatabaseUrl: one of them is no number.
    :returns: the URL without what libpq does not know.
    """
    connect, read = _seconds(url, CONNECT), _seconds(url, READ)
    with contextlib.suppress(ImportError):
        extensions = importlib.import_module(EXTENSIONS)
        extensions.set_wait_callback(functools.partial(_wait, connect, read))
    return url.difference_update_query([READ])


def _seconds(url: sa.URL, name: str) -> float:
    try:
        return float(str(url.query[name]))
    except ValueError:
        raise urls.InvalidDatabaseUrl(
            f'[database] connection: {name} is no number of seconds'
        ) from None


def _wait(connect: float, read: float, connection: Any) -> None:
    extensions = importlib.import_module(EXTENSIONS)
    connecting = connection.status == extensions.STATUS_SETUP
    patience = connect if connecting else read
    give_up = time.monotonic() + patience
    while (wish := connection.poll()) != extensions.POLL_OK:
        event = {
            extensions.POLL_READ: select.POLLIN,
            extensions.POLL_WRITE: select.POLLOUT,
        }[wish]
        poll = select.poll()
        poll.register(connection.fileno(), event)
        if not poll.poll(max(0.0, give_up - time.monotonic()) * 1000):
            raise connection.OperationalError(f'no answer in {patience:g} s')
