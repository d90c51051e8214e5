# SPDX-License-Identifier: Apache-2.0
"""From [nova] to a keystoneauth adapter, without asking anybody yet."""

import pathlib

from keystoneauth1 import adapter as ks_adapter
from keystoneauth1 import exceptions as ks_exceptions
from keystoneauth1 import loading
from keystoneauth1 import plugin
from oslo_config import cfg
import requests

from nova_ha import version
from nova_ha.compute import answers
from nova_ha.compute import transport
from nova_ha.conf import nova as nova_conf

INTERFACES = frozenset({'public', 'internal', 'admin'})


def from_conf(conf: cfg.ConfigOpts) -> ks_adapter.Adapter:
    """Return the adapter that [nova] describes.

    :raises ComputeMisconfigured: an option is missing or wrong.
    """
    options = conf[nova_conf.GROUP]
    _check(options)
    session = loading.load_session_from_conf_options(
        conf,
        nova_conf.GROUP,
        auth=_auth(conf),
        session=_connections(conf),
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


def _check(options: cfg.ConfigOpts.GroupAttr) -> None:
    for name in ('cafile', 'certfile', 'keyfile'):
        path = options[name]
        if path and not pathlib.Path(path).is_file():
            raise answers.ComputeMisconfigured(
                f'[nova] {name}: there is no file {path}'
            )
    if not options.timeout or options.timeout < 0:
        raise answers.ComputeMisconfigured(
            '[nova] timeout must be more than 0 seconds: every request needs '
            'an end'
        )
    wrong = set(options.valid_interfaces or ()) - INTERFACES
    if wrong or not options.valid_interfaces:
        raise answers.ComputeMisconfigured(
            '[nova] valid_interfaces must name one or more of public, '
            f'internal and admin, not {sorted(wrong) or "nothing"}'
        )


def _auth(conf: cfg.ConfigOpts) -> plugin.BaseAuthPlugin:
    # Once more, now that files are read: auth_section tells which group.
    loading.register_auth_conf_options(conf, nova_conf.GROUP)
    group = conf[nova_conf.GROUP].auth_section or nova_conf.GROUP
    try:
        auth = loading.load_auth_from_conf_options(conf, nova_conf.GROUP)
    except ks_exceptions.NoMatchingPlugin as error:
        raise answers.ComputeMisconfigured(
            f'[{group}] auth_type: there is no {error.name!r}; password is '
            'the usual one'
        ) from error
    except ks_exceptions.MissingRequiredOptions as error:
        names = ', '.join(f'[{group}] {opt.dest}' for opt in error.options)
        raise answers.ComputeMisconfigured(f'missing: {names}') from error
    except ks_exceptions.AuthPluginException as error:
        raise answers.ComputeMisconfigured(f'[{group}]: {error}') from error
    if auth is None:
        raise answers.ComputeMisconfigured(
            f'[{group}] auth_type is not set: say how nova-ha logs in to '
            'keystone, for instance auth_type = password with auth_url, '
            'username, password, project_name and the two domain names'
        )
    return auth


def _connections(conf: cfg.ConfigOpts) -> requests.Session:
    """Return one pool of connections, with one for each thread of ours."""
    options = conf[nova_conf.GROUP]
    engine = conf.engine
    adapter = transport.Transport(
        connect_timeout=options.connect_timeout,
        pool_maxsize=engine.evacuation_workers + engine.recovery_workers,
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
