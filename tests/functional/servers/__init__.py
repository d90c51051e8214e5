# SPDX-License-Identifier: Apache-2.0
"""Real servers for tests, in a temporary directory on loopback.

Each function starts what it returns at its first call in a process. It is
stopped when the process ends, however it ends.
"""

import functools

from tests.functional.servers.galera import Galera
from tests.functional.servers.mariadb import MariaDB
from tests.functional.servers.postgresql import PostgreSQL


@functools.cache
def mariadb() -> MariaDB:
    return _started(MariaDB())


@functools.cache
def galera() -> Galera:
    return _started(Galera())


@functools.cache
def postgresql() -> PostgreSQL:
    return _started(PostgreSQL())


@functools.cache
def keystone():
    # Only where Keystone is installed: not in each environment.
    from tests.functional.servers.keystone_server import Keystone  # noqa: PLC0415

    server = _started(Keystone())
    server.add_people()
    return server


def _started(server):
    server.set_up()
    return server
