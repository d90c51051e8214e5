# SPDX-License-Identifier: Apache-2.0
"""From a group of options to a keystoneauth adapter; nobody is asked yet."""

import pathlib

from keystoneauth1 import adapter as ks_adapter
from keystoneauth1 import exceptions as ks_exceptions
from keystoneauth1 import loading
from keystoneauth1 import plugin
from oslo_config import cfg
import requests

from nova_ha import version
from nova_ha.keystone import transport

INTERFACES = frozenset({'public', 'internal', 'admin'})


class Misconfigured(Exception):
    """The group cannot work as it is written; the text names the option."""


def adapter(
    conf: cfg.ConfigOpts, group: str, connections: int
) -> ks_adapter.Adapter:
    """Return the adapter that a group of options describes.

    :param connections: how many may be open at the same time.
    :raises Misconfigured: an option is missing or wrong.
    """
    options = conf[group]
    _check(options, group)
    session = loading.load_session_from_conf_options(
        conf,
        group,
        auth=_auth(conf, group),
        session=_connections(conf, group, connections),
        app_name='nova-ha',
        app_version=version.version_string(),
    )
    # Retries of keystoneauth are not asked for: it would send a POST again
    # whose answer was lost, and the engine retries what may be retried.
    return ks_adapter.Adapter(
        session,
        service_type=options.service_type,
        service_name=options.service_name,
        interface=options.valid_interfaces,
        region_name=options.region_name,
        endpoint_override=options.endpoint_override,
    )


def described(adapter: ks_adapter.Adapter) -> str:
    """Return what was looked for in the catalogue, in the options' words."""
    wanted = {
        'service_type': adapter.service_type,
        'service_name': adapter.service_name,
        'valid_interfaces': adapter.interface,
        'region_name': adapter.region_name,
    }
    return ', '.join(f'{k}={v}' for k, v in wanted.items() if v)


def _check(options: cfg.ConfigOpts.GroupAttr, group: str) -> None:
    for name in ('cafile', 'certfile', 'keyfile'):
        path = options[name]
        if path and not pathlib.Path(path).is_file():
            raise Misconfigured(f'[{group}] {name}: there is no file {path}')
    if not options.timeout or options.timeout < 0:
        raise Misconfigured(
            f'[{group}] timeout must be more than 0 seconds: every request '
            'needs an end'
        )
    wrong = set(options.valid_interfaces or ()) - INTERFACES
    if wrong or not options.valid_interfaces:
        raise Misconfigured(
            f'[{group}] valid_interfaces must name one or more of public, '
            f'internal and admin, not {sorted(wrong) or "nothing"}'
        )


def _auth(conf: cfg.ConfigOpts, name: str) -> plugin.BaseAuthPlugin:
    # Once more, now that files are read: auth_section tells which group.
    loading.register_auth_conf_options(conf, name)
    group = conf[name].auth_section or name
    try:
        auth = loading.load_auth_from_conf_options(conf, name)
    except ks_exceptions.NoMatchingPlugin as error:
        raise Misconfigured(
            f'[{group}] auth_type: there is no {error.name!r}; password is '
            'the usual one'
        ) from error
    except ks_exceptions.MissingRequiredOptions as error:
        names = ', '.join(f'[{group}] {opt.dest}' for opt in error.options)
        raise Misconfigured(f'missing: {names}') from error
    except ks_exceptions.AuthPluginException as error:
        raise Misconfigured(f'[{group}]: {error}') from error
    if auth is None:
        raise Misconfigured(
            f'[{group}] auth_type is not set: say how nova-ha logs in to '
            'keystone, for instance auth_type = password with auth_url, '
            'username, password, project_name and the two domain names'
        )
    return auth


def _connections(
    conf: cfg.ConfigOpts, group: str, size: int
) -> requests.Session:
    """Return one pool of connections, with one for each thread of ours."""
    options = conf[group]
    adapter = transport.Transport(
        connect_timeout=options.connect_timeout,
        pool_maxsize=size,
        **_tls(options),
    )
    session = requests.Session()
    for prefix in list(session.adapters):
        session.mount(prefix, adapter)
    return session


def _tls(options: cfg.ConfigOpts.GroupAttr) -> dict[str, str]:
    """Return what newer keystoneauth gives to its own connections only."""
    names = ('tls_ciphers', 'tls_min_version')
    found = {name: getattr(options, name, None) for name in names}
    return {name: value for name, value in found.items() if value}
