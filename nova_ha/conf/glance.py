# SPDX-License-Identifier: Apache-2.0
"""[glance]: where the snapshots of instances are."""

from collections.abc import Sequence

from oslo_config import cfg

from nova_ha.conf import keystone

GROUP = 'glance'

OPTS: Sequence[cfg.Opt] = (
    cfg.FloatOpt(
        'connect_timeout',
        default=5.0,
        min=0.1,
        max=300.0,
        help='Seconds that a connection to keystone or glance may take to '
        'come about, and that the machine behind an open one may take to '
        'acknowledge what was sent. A controller that lost its power is '
        'noticed in this time.',
    ),
    cfg.IntOpt(
        'page_size',
        default=200,
        min=1,
        max=10000,
        mutable=True,
        help='Images asked for in one request; glance may cap it lower '
        '(limit_param_default, api_limit_max). Fewer mean more requests, '
        'one after the other, to list all snapshots.',
    ),
)

DEFAULTS = {
    'auth_section': 'nova',
    'service_type': 'image',
    'valid_interfaces': ['internal', 'public'],
    'timeout': 30.0,
}
"""The user of [nova] is an administrator, who sees every project's images."""


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register auth, session and adapter options, and ours."""
    keystone.register_opts(conf, GROUP, OPTS, DEFAULTS)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return them as the sample file shows them (password auth)."""
    return [(GROUP, keystone.list_opts(OPTS, DEFAULTS))]
