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
        'power off hosts. The agents look for it here unless their own '
        'parameter socket says otherwise, and the systemd unit lets the '
        'fencer write below /run/nova-ha only.',
    ),
    cfg.StrOpt(
        'socket_owner',
        sample_default='<user of the fencer>',
        help='User that owns the socket. Unless it is given, that is the '
        'user that the fencer runs as; only root may give it to another.',
    ),
    cfg.StrOpt(
        'socket_group',
        default='haclient',
        help="Group of the socket; Pacemaker's own by default, so that its "
        'alert agent gets in. The user that the fencer runs as must be '
        'root or one of the group. The name of a group that does not exist '
        'is an error.',
    ),
    cfg.StrOpt(
        'socket_mode',
        default='0660',
        regex='^0?[0-7]{3}$',
        help='Mode of the socket, octal. Whoever it lets in must be one of '
        'allowed_users, too.',
    ),
    cfg.ListOpt(
        'allowed_users',
        default=['root', 'hacluster'],
        help='Users whose processes may use the socket, by the credentials '
        'the kernel vouches for; the user the fencer runs as always may. '
        'Without root, Pacemaker cannot have a host fenced; without '
        'hacluster, its alerts are lost.',
    ),
    cfg.FloatOpt(
        'fence_timeout',
        default=50.0,
        min=1.0,
        max=3600.0,
        mutable=True,
        help='Seconds a fence request may take when it does not say so '
        'itself. The agent asks for a little less than what Pacemaker gives '
        'it.',
    ),
    cfg.IntOpt(
        'threads',
        default=64,
        min=4,
        max=1024,
        help='How many local requests are answered at the same time. A '
        'fence request holds one until off is verified, so hosts beyond '
        'that number wait for the first.',
    ),
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this module."""
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return the options of this module with their group."""
    return [(GROUP, OPTS)]
