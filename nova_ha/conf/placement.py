# SPDX-License-Identifier: Apache-2.0
"""[placement]: where Placement is. It is asked as the user of [nova]."""

from collections.abc import Sequence

from keystoneauth1 import loading
from oslo_config import cfg

GROUP = 'placement'

OPTS: Sequence[cfg.Opt] = (
    cfg.IntOpt(
        'workers',
        default=8,
        min=1,
        max=64,
        help='How many requests are made to Placement at the same time. It '
        'is only read, for the question of capacity: two requests a host. '
        'More are quicker, and more of a load on Placement.',
    ),
)

#: Of keystoneauth's adapter options; user, password, certificates and
#: time-outs are those of [nova].
ADAPTER_OPTIONS = frozenset(
    {
        'service_type',
        'service_name',
        'valid_interfaces',
        'region_name',
        'endpoint_override',
    }
)

DEFAULTS = {
    'service_type': 'placement',
    'valid_interfaces': ['internal', 'public'],
}


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this module."""
    conf.register_opts([*_adapter_opts(), *OPTS], group=GROUP)
    for name, value in DEFAULTS.items():
        conf.set_default(name, value, group=GROUP)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return the options of this module with their group."""
    opts = [*OPTS, *_adapter_opts()]
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
