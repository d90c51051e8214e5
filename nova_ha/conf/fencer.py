# SPDX-License-Identifier: Apache-2.0
"""[fencer]: the local socket that the fence agent talks to."""

from collections.abc import Sequence

from oslo_config import cfg

GROUP = 'fencer'

OPTS: Sequence[cfg.Opt] = (
    cfg.StrOpt(
        'socket',
        default='/run/nova-ha/fencer.sock',
        help='Unix socket of the local API. Whoever may talk to it may '
        'power off hosts.',
    ),
    cfg.StrOpt(
        'socket_owner',
        default='root',
        help='User that owns the socket.',
    ),
    cfg.StrOpt(
        'socket_group',
        default='haclient',
        help='Group of the socket; Pacemaker\'s own by default. The name of '
        'a group that does not exist is an error.',
    ),
    cfg.StrOpt(
        'socket_mode',
        default='0660',
        regex='^0?[0-7]{3}$',
        help='Mode of the socket, octal.',
    ),
    cfg.ListOpt(
        'allowed_users',
        default=['root', 'hacluster'],
        help='Users whose processes may use the socket, by the credentials '
        'the kernel vouches for; the user the fencer runs as always may.',
    ),
    cfg.FloatOpt(
        'fence_timeout',
        default=50.0,
        min=1.0,
        mutable=True,
        help='Seconds a fence request may take when it does not say so '
        'itself. The agent asks for a little less than what Pacemaker gives '
        'it.',
    ),
    cfg.IntOpt(
        'threads',
        default=64,
        min=4,
        help='How many local requests are answered at the same time. A '
        'fence request holds one until off is verified.',
    ),
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this module."""
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return the options of this module with their group."""
    return [(GROUP, OPTS)]
