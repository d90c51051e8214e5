# SPDX-License-Identifier: Apache-2.0
"""[backup]: backups in peace time, so that there is something to put back."""

from collections.abc import Sequence

from oslo_config import cfg

GROUP = 'backup'

OPTS: Sequence[cfg.Opt] = (
    cfg.FloatOpt(
        'interval',
        default=0.0,
        min=0.0,
        max=31536000.0,
        mutable=True,
        help='Seconds after which a tagged instance with a local disk is '
        'backed up again (nova createBackup); also what its loss of data '
        'comes to at most, about. A newer snapshot by anybody else counts, '
        'too. 0 makes no backups.',
    ),
    cfg.IntOpt(
        'rotation',
        default=2,
        min=1,
        max=100,
        mutable=True,
        help='How many of these backups nova keeps of each instance. An '
        'instance that was restored from one needs that image for every '
        'later rebuild: with 1 it is deleted by the next backup.',
    ),
    cfg.StrOpt(
        'tag',
        default='nova-ha-backup',
        mutable=True,
        help='Server tag of the instances that are backed up (openstack '
        'server set --tag). Whoever may tag an instance decides that '
        'glance keeps copies of its disk.',
    ),
    cfg.IntOpt(
        'at_once',
        default=2,
        min=1,
        max=100,
        mutable=True,
        help='How many of these backups may be under way in nova at the same '
        'time, over all hosts: each reads a whole disk and uploads it.',
    ),
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this module."""
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return the options of this module with their group."""
    return [(GROUP, OPTS)]
