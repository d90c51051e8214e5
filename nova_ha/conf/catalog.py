# SPDX-License-Identifier: Apache-2.0
"""[keystone]: who writes nova-ha into the catalogue; the daemon never does."""

from collections.abc import Sequence

from oslo_config import cfg

from nova_ha.conf import keystone

GROUP = 'keystone'

OPTS: Sequence[cfg.Opt] = (
    cfg.FloatOpt(
        'connect_timeout',
        default=5.0,
        min=0.1,
        max=300.0,
        help='Seconds that a connection to keystone may take to come about, '
        'and that the machine behind an open one may take to acknowledge '
        'what was sent.',
    ),
)

DEFAULTS = {
    'auth_section': 'nova',
    'service_type': 'identity',
    'valid_interfaces': ['internal', 'public'],
    'timeout': 30.0,
}
"""The user of [nova] may not be allowed to write the catalogue: another is
named in a file of its own, which nova-ha-manage is given beside the usual."""


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register auth, session and adapter options, and ours."""
    keystone.register_opts(conf, GROUP, OPTS, DEFAULTS)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return them as the sample file shows them (password auth)."""
    return [(GROUP, keystone.list_opts(OPTS, DEFAULTS))]
