# SPDX-License-Identifier: Apache-2.0
"""[restore]: putting snapshots back after evacuations."""

from collections.abc import Sequence

from oslo_config import cfg

GROUP = 'restore'

OPTS: Sequence[cfg.Opt] = (
    cfg.FloatOpt(
        'timeout',
        default=1800.0,
        min=1.0,
        max=86400.0,
        mutable=True,
        help='Seconds that nova may take to rebuild an instance from its '
        'snapshot before that counts as failed. The new host fetches the '
        'whole image from glance first. Its old host does not return before '
        'this has ended.',
    ),
    cfg.IntOpt(
        'attempts',
        default=3,
        min=1,
        max=100,
        mutable=True,
        help='How often nova is asked to rebuild an instance from its '
        'snapshot when it ends that badly. After the last, one in error is '
        'rebuilt once from the image it was made from, so that it runs.',
    ),
    cfg.IntOpt(
        'at_once',
        default=4,
        min=1,
        max=100,
        mutable=True,
        help='How many snapshots of one host may be put back at the same '
        'time: each is a download of a whole disk from glance.',
    ),
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this module."""
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return the options of this module with their group."""
    return [(GROUP, OPTS)]
