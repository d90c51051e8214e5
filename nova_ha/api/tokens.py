# SPDX-License-Identifier: Apache-2.0
"""keystonemiddleware's auth_token, with defaults that suit this API."""

from collections.abc import Mapping
from collections.abc import Sequence

from keystonemiddleware import auth_token
from oslo_config import cfg

from nova_ha.api import identity
from nova_ha.api import microversion

GROUP = 'keystone_authtoken'
DEFAULTS: Mapping[str, object] = {
    # Seconds. A Keystone that lost its power must not hold all threads.
    'http_connect_timeout': 10,
    # Tokens may be restricted to some requests of a service.
    'service_type': microversion.SERVICE,
    'service_token_roles_required': True,
}


class Misconfigured(Exception):
    """[keystone_authtoken] cannot work as it is written."""


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return keystonemiddleware's options as copies with our defaults.

    For the sample file: keystonemiddleware registers its own, so these cannot
    be registered beside them.
    """
    found: list[tuple[str, Sequence[cfg.Opt]]] = auth_token.list_opts()
    for _, opts in found:
        cfg.set_defaults(opts, **DEFAULTS)
    return found


def protocol(conf: cfg.ConfigOpts) -> identity.Wsgi:
    """Return what finds out whose token it is. Keystone is not asked yet.

    :raises Misconfigured: an option is missing.
    """
    for group, opts in auth_token.list_opts():
        conf.register_opts(opts, group=group)
    for name, value in DEFAULTS.items():
        conf.set_default(name, value, group=GROUP)
    options = conf[GROUP]
    if not options.auth_type and not options.auth_section:
        raise Misconfigured(
            f'[{GROUP}] auth_type is not set: say how nova-ha logs in to '
            'Keystone to have tokens checked, for instance auth_type = '
            'password with auth_url, username, password, project_name and '
            'the two domain names; or auth_section = nova'
        )
    found: identity.Wsgi = auth_token.AuthProtocol(
        identity.known,
        {'oslo_config_config': conf, 'delay_auth_decision': False},
    )
    return found
