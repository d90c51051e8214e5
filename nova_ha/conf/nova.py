# SPDX-License-Identifier: Apache-2.0
"""[nova]: keystoneauth's options for the service user, and our few."""

from collections.abc import Sequence

from oslo_config import cfg

from nova_ha.conf import keystone

GROUP = 'nova'

OPTS: Sequence[cfg.Opt] = (
    cfg.IntOpt(
        'page_size',
        default=500,
        min=1,
        max=10000,
        mutable=True,
        help='Rows asked for in one request; nova may cap it lower '
        '([api] max_limit). Fewer mean more requests, one after the other, '
        'to list the instances of a large host.',
    ),
    cfg.FloatOpt(
        'connect_timeout',
        default=5.0,
        min=0.1,
        max=300.0,
        help='Seconds that a connection to keystone or nova may take to come '
        'about, and that the machine behind an open one may take to '
        'acknowledge what was sent. A controller that lost its power is '
        'noticed in this time; `timeout` is how long a living one may take '
        'to answer.',
    ),
)

DEFAULTS = {
    'service_type': 'compute',
    'valid_interfaces': ['internal', 'public'],
    'timeout': 60.0,
}


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register auth, session and adapter options, and ours."""
    keystone.register_opts(conf, GROUP, OPTS, DEFAULTS)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return them as the sample file shows them (password auth)."""
    return [(GROUP, keystone.list_opts(OPTS, DEFAULTS))]
