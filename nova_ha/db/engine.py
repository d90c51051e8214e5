# SPDX-License-Identifier: Apache-2.0
"""Engines: how each kind of database is connected to."""

from oslo_config import cfg
from oslo_db.sqlalchemy import engines
import sqlalchemy as sa
from sqlalchemy import exc

from nova_ha.db import postgresql
from nova_ha.db import url as urls

POOL_SECONDS = 3
"""How long to wait for a free connection, unless [database] says so."""


def server(conf: cfg.ConfigOpts, url: sa.URL) -> sa.Engine:
    """Return an engine for a database server; does not connect yet.

    A connection that died since its last use is noticed and replaced before
    it is used (oslo.db sets ``pool_pre_ping``).

    :raises InvalidDatabaseUrl: its driver is not there.
    """
    options = conf.database
    if url.get_backend_name() == 'postgresql':
        url = postgresql.bound_waits(url)
    try:
        engine: sa.Engine = engines.create_engine(
            url,
            mysql_sql_mode=options.mysql_sql_mode,
            mysql_wsrep_sync_wait=options.mysql_wsrep_sync_wait,
            connection_recycle_time=options.connection_recycle_time,
            connection_debug=options.connection_debug,
            connection_trace=options.connection_trace,
            max_pool_size=options.max_pool_size,
            max_overflow=options.max_overflow,
            pool_timeout=options.pool_timeout or POOL_SECONDS,
            # A start must not wait for a database that is away: power-offs
            # go to the spool meanwhile.
            max_retries=0,
        )
    except (exc.NoSuchModuleError, ImportError) as error:
        raise urls.InvalidDatabaseUrl(
            f'[database] connection asks for {url.drivername}: {error}; '
            'install nova-ha[mysql] or nova-ha[postgresql]'
        ) from None
    return engine
