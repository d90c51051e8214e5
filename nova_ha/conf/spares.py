# SPDX-License-Identifier: Apache-2.0
"""[spares]: reserved hosts that stand in for failed ones."""

from collections.abc import Sequence

from oslo_config import cfg

GROUP = 'spares'

OPTS: Sequence[cfg.Opt] = (
    cfg.IntOpt(
        'per_host',
        default=1,
        min=0,
        max=100,
        mutable=True,
        help='How many spares are taken for one failed host. A spare is a '
        'host with "reserved: true" in the hosts file, disabled in nova. 0 '
        'takes none; those on loan are given back all the same.',
    ),
    cfg.BoolOpt(
        'anywhere',
        default=True,
        mutable=True,
        help='Whether a spare that has no aggregate and no availability zone '
        'in common with the failed host may be taken when no nearer one is '
        'left. Turn it off where spares without any aggregate are in '
        'several cells: nova evacuates within a cell only, and does not '
        'tell which one a host is in.',
    ),
    cfg.StrOpt(
        'disabled_reason',
        default='',
        mutable=True,
        help='What the reason for which a spare is disabled in nova begins '
        'with. A reserved host disabled for another reason, or for none, is '
        'then not taken: it may be under repair. Empty: any reason will do.',
    ),
    cfg.FloatOpt(
        'return_alarm',
        default=900.0,
        min=1.0,
        max=604800.0,
        mutable=True,
        help='Seconds after which a spare that is to be given back but could '
        'not be is an alarm. Trying goes on; until then it is missing for '
        'the next failure.',
    ),
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this module."""
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return the options of this module with their group."""
    return [(GROUP, OPTS)]
