# SPDX-License-Identifier: Apache-2.0
"""keystoneauth's options, as every group for a service has them."""

from collections.abc import Mapping
from collections.abc import Sequence

from keystoneauth1 import loading
from oslo_config import cfg

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

#: Of keystoneauth's session options: the gateways do not report timings.
UNUSED_SESSION_OPTIONS = frozenset({'collect_timing'})


def register_opts(
    conf: cfg.ConfigOpts,
    group: str,
    ours: Sequence[cfg.Opt],
    defaults: Mapping[str, object],
) -> None:
    """Register auth, session and adapter options, and ours."""
    loading.register_auth_conf_options(conf, group)
    loading.register_session_conf_options(conf, group)
    conf.register_opts([*_adapter_opts(), *ours], group=group)
    for name, value in defaults.items():
        conf.set_default(name, value, group=group)


def list_opts(
    ours: Sequence[cfg.Opt], defaults: Mapping[str, object]
) -> Sequence[cfg.Opt]:
    """Return them as the sample file shows them (password auth)."""
    opts = [
        *ours,
        *loading.get_auth_common_conf_options(),
        *loading.get_auth_plugin_conf_options('password'),
        *_session_opts(),
        *_adapter_opts(),
    ]
    for opt in opts:
        if opt.dest in defaults:
            cfg.set_defaults([opt], **{opt.dest: defaults[opt.dest]})
    return opts


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
