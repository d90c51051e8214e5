# SPDX-License-Identifier: Apache-2.0
"""[nova]: keystoneauth's options for the service user, and our few."""

from collections.abc import Sequence

from keystoneauth1 import loading
from oslo_config import cfg

GROUP = 'nova'

OPTS: Sequence[cfg.Opt] = (
    cfg.IntOpt(
        'page_size',
        default=500,
        min=1,
        mutable=True,
        help='Rows asked for in one request; nova may cap it lower '
        '([api] max_limit).',
    ),
    cfg.FloatOpt(
        'connect_timeout',
        default=5.0,
        min=0.1,
        help='Seconds that a connection to keystone or nova may take to come '
        'about, and that the machine behind an open one may take to '
        'acknowledge what was sent. A controller that lost its power is '
        'noticed in this time; `timeout` is how long a living one may take '
        'to answer.',
    ),
)

#: Of keystoneauth's adapter options. Not its retries, since a second
#: evacuate request destroys the first, nor its versions, which nova-ha
#: negotiates.
ADAPTER_OPTIONS = frozenset(
    {
        'service_type',
        'service_name',
        'valid_interfaces',
        'region_name',
        'endpoint_override',
    }
)

#: Of keystoneauth's session options: the gateway does not report timings.
UNUSED_SESSION_OPTIONS = frozenset({'collect_timing'})

DEFAULTS = {
    'service_type': 'compute',
    'valid_interfaces': ['internal', 'public'],
    'timeout': 60.0,
}


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register auth, session and adapter options, and ours."""
    loading.register_auth_conf_options(conf, GROUP)
    loading.register_session_conf_options(conf, GROUP)
    conf.register_opts([*_adapter_opts(), *OPTS], group=GROUP)
    for name, value in DEFAULTS.items():
        conf.set_default(name, value, group=GROUP)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return them as the sample file shows them (password auth)."""
    opts = [
        *OPTS,
        *loading.get_auth_common_conf_options(),
        *loading.get_auth_plugin_conf_options('password'),
        *_session_opts(),
        *_adapter_opts(),
    ]
    for opt in opts:
        if opt.dest in DEFAULTS:
            cfg.set_defaults([opt], **{opt.dest: DEFAULTS[opt.dest]})
    return [(GROUP, opts)]


def _adapter_opts() -> list[cfg.Opt]:
    return [
        opt
        for opt in loading.get_adapter_conf_options(include_deprecated=False)
        if opt.dest in ADAPTER_OPTIONS
    ]


def _session_opts() -> list[cfg.Opt]:
    return [
        opt
        for opt in loading.get_session_conf_options()
        if opt.dest not in UNUSED_SESSION_OPTIONS
    ]
