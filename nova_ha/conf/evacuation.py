# SPDX-License-Identifier: Apache-2.0
"""[evacuation]: pace, patience and retries."""

from collections.abc import Sequence

from oslo_config import cfg

GROUP = 'evacuation'

OPTS: Sequence[cfg.Opt] = (
    cfg.IntOpt(
        'window',
        default=4,
        min=1,
        mutable=True,
        help='How many evacuations of one host may be under way in nova at '
        'the same time; the next is asked for the moment one ends. A burst '
        'brings the median instance back later, the last one no sooner, '
        'and piles instances up on few targets.',
    ),
    cfg.FloatOpt(
        'poll_interval',
        default=0.25,
        min=0.05,
        mutable=True,
        help='Seconds between two looks at the migration records of a host '
        'while evacuations are under way. One request a look, whatever the '
        'number of instances.',
    ),
    cfg.FloatOpt(
        'timeout',
        default=600.0,
        min=1.0,
        mutable=True,
        help='Seconds one evacuation may take before it counts as failed. '
        'Its record stays open in nova, so it is not asked again until '
        'nova ends it.',
    ),
    cfg.FloatOpt(
        'settle',
        default=20.0,
        min=1.0,
        mutable=True,
        help='Seconds to wait for the migration record of a request whose '
        'answer was lost before nova is taken not to have accepted it; '
        'counted while nova answers. Must be longer than the slowest '
        'nova-api takes to begin with a request: asking twice would harm the '
        'instance.',
    ),
    cfg.IntOpt(
        'attempts',
        default=3,
        min=1,
        mutable=True,
        help='How often an evacuation is asked for when nova ends it badly '
        '(no valid host, spawn failed) before it counts as failed.',
    ),
    cfg.FloatOpt(
        'backoff',
        default=5.0,
        min=0.0,
        mutable=True,
        help='Seconds before the second attempt; doubled for each further '
        'one, up to 60.',
    ),
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this module."""
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return the options of this module with their group."""
    return [(GROUP, OPTS)]
