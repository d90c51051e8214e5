# SPDX-License-Identifier: Apache-2.0
"""Where the database is, and how long it is waited for."""

from collections.abc import Mapping
import types
import urllib.parse

from oslo_config import cfg
import sqlalchemy as sa
from sqlalchemy import exc

from nova_ha.recovery import errors

CONNECT_SECONDS = 1
ANSWER_SECONDS = 2
"""How long an attempt to connect and one answer may take. A fence request
waits that long, first for a connection it has and then for a new one, before
it takes the spool instead."""

SCHEMA_SECONDS = 3600
"""How long one change of a table may take; a large one is copied."""

DEFAULTS: Mapping[str, Mapping[str, str]] = types.MappingProxyType(
    {
        'mysql': {
            # Else oslo.db asks for what MySQL calls utf8, which is but a part.
            'charset': 'utf8mb4',
            'connect_timeout': f'{CONNECT_SECONDS}',
            'read_timeout': f'{ANSWER_SECONDS}',
            'write_timeout': f'{ANSWER_SECONDS}',
        },
        'postgresql': {
            'connect_timeout': f'{CONNECT_SECONDS}',
            # No name of libpq's: see postgresql.bound_waits().
            'read_timeout': f'{ANSWER_SECONDS}',
            'application_name': 'nova-ha',
        },
    }
)


class InvalidDatabaseUrl(errors.StoreError):
    """[database] connection cannot be used; the text never quotes it."""


def from_conf(conf: cfg.ConfigOpts) -> sa.URL:
    """Return the URL of the store.

    What [database] connection or connection_parameters say themselves goes
    before our defaults.

    :raises InvalidDatabaseUrl: it cannot be understood.
    """
    try:
        url = sa.make_url(conf.database.connection or '')
    except exc.ArgumentError:
        # Its text may quote the URL and with it the password.
        raise InvalidDatabaseUrl(
            '[database] connection is no database URL such as '
            'mysql+pymysql://user:password@host/nova_ha'
        ) from None
    given = dict(urllib.parse.parse_qsl(conf.database.connection_parameters))
    url = url.update_query_dict(given)
    defaults = DEFAULTS.get(url.get_backend_name(), {})
    return url.update_query_dict(
        {key: value for key, value in defaults.items() if key not in url.query}
    )


def patient(url: sa.URL) -> sa.URL:
    """Return the URL with time enough for changes of tables.

    An operator who has set shorter waits did so for the fence path.
    """
    waits = ('read_timeout', 'write_timeout')
    return url.update_query_dict(
        {key: f'{SCHEMA_SECONDS}' for key in waits if key in url.query}
    )


def describe(url: sa.URL) -> str:
    """Return a name of the database for messages, without any secret."""
    if url.get_backend_name() == 'sqlite':
        return f'SQLite store {url.database}'
    port = f':{url.port}' if url.port else ''
    return (
        f'{url.get_backend_name()} store {url.database} at '
        f'{url.host or "localhost"}{port}'
    )
