# SPDX-License-Identifier: Apache-2.0
"""[guards]: what holds evacuations back. Power-offs are never held."""

from collections.abc import Sequence

from oslo_config import cfg

GROUP = 'guards'

OPTS: Sequence[cfg.Opt] = (
    cfg.IntOpt(
        'storm_hosts',
        default=0,
        min=0,
        mutable=True,
        help='How many hosts may be evacuated at the same time. Further '
        'ones are powered off and forced down, but their evacuations are '
        'held until one of the others ends or an operator releases them. '
        '0 sets no limit.',
    ),
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this module."""
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return the options of this module with their group."""
    return [(GROUP, OPTS)]
