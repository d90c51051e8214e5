# SPDX-License-Identifier: Apache-2.0
"""[evacuation]: pace, patience and retries."""

from collections.abc import Sequence

from oslo_config import cfg
from oslo_config import types

GROUP = 'evacuation'

OPTS: Sequence[cfg.Opt] = (
    cfg.IntOpt(
        'window',
        default=4,
        min=1,
        max=1000,
        mutable=True,
        help='How many evacuations may be under way in nova at the same time '
        'to begin with, of all failed hosts together; each of them gets one '
        'at least. The next is asked for the moment one ends. A burst brings '
        'the median instance back later, the last one no sooner, and piles '
        'instances up on few targets. Changed under way, it begins anew.',
    ),
    cfg.BoolOpt(
        'adaptive',
        default=False,
        mutable=True,
        help='Whether the window grows as long as more evacuations end in a '
        'second for it, and shrinks when nova does not answer (5xx, '
        'time-outs) or evacuations begin to take twice as long. Off: it '
        'stays as [evacuation] window says, and slow evacuations keep their '
        'places.',
    ),
    cfg.IntOpt(
        'window_min',
        default=1,
        min=1,
        max=1000,
        mutable=True,
        help='The adaptive window does not shrink below this many '
        'evacuations, nor below [evacuation] window where that is less. '
        'The greater, the harder an overloaded nova is pressed.',
    ),
    cfg.IntOpt(
        'window_max',
        default=32,
        min=1,
        max=1000,
        mutable=True,
        help='The adaptive window does not grow beyond this many '
        'evacuations, nor beyond [evacuation] window where that is more. '
        'The greater, the more instances start on the targets at once.',
    ),
    cfg.IntOpt(
        'target_window',
        default=0,
        min=0,
        max=1000,
        mutable=True,
        help='No target ever has more evacuations of ours under way than '
        'this; 0 is no limit. As the scheduler chooses the target, nothing '
        'at all is asked for while the fullest one, together with those '
        'that have no target yet, has so many: one slow target then holds '
        'up everything. Only for hosts that cannot bear more.',
    ),
    cfg.IntOpt(
        'cell_window',
        default=0,
        min=0,
        max=1000,
        mutable=True,
        help='How many evacuations may be under way in one cell, in which '
        'they stay; 0 is no limit. Before it the rule that each failed host '
        'gets one at least gives way. See [evacuation] cells.',
    ),
    cfg.ListOpt(
        'cells',
        item_type=types.String(regex='^[^=]+=[^=]+$'),
        default=[],
        mutable=True,
        help="Which hosts are in which cell, for cell_window, since nova's "
        'API does not tell: NAME=PATTERN, more than one for a cell where '
        'needed, the first match counts (cell1=rack1*, cell1=rack2*, '
        "cell2=rack3*). 'nova-manage cell_v2 list_hosts' shows them. Hosts "
        'that match none make a cell of their own, together.',
    ),
    cfg.FloatOpt(
        'parked_interval',
        default=300.0,
        min=0.0,
        max=86400.0,
        mutable=True,
        help='Seconds after which a few of the instances that found no room '
        'are tried again though nothing tells of room: nova does not show a '
        'raised quota, or what was deleted elsewhere. A host that turns up '
        'has all of them tried at once. 0: only that.',
    ),
    cfg.FloatOpt(
        'poll_interval',
        default=0.25,
        min=0.05,
        max=60.0,
        mutable=True,
        help='Seconds between two looks at the migration records of a host '
        'while evacuations are under way. One request a look, whatever the '
        'number of instances; the next evacuation is asked for at a look, '
        'so longer pauses leave nova idle.',
    ),
    cfg.FloatOpt(
        'timeout',
        default=600.0,
        min=1.0,
        max=86400.0,
        mutable=True,
        help='Seconds one evacuation may take before it counts as failed. '
        'Its record stays open in nova, so it is not asked again until '
        'nova ends it.',
    ),
    cfg.FloatOpt(
        'settle',
        default=20.0,
        min=1.0,
        max=3600.0,
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
        max=100,
        mutable=True,
        help='How often an evacuation is asked for when nova ends it badly '
        '(no valid host, spawn failed) before it counts as failed, or is '
        'parked until there may be room for it.',
    ),
    cfg.FloatOpt(
        'backoff',
        default=5.0,
        min=0.0,
        max=3600.0,
        mutable=True,
        help='Seconds before the second attempt of an evacuation that nova '
        'ended badly; doubled for each further one, up to 60. What made it '
        'fail may pass in that time; the instance is down for it.',
    ),
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this module."""
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return the options of this module with their group."""
    return [(GROUP, OPTS)]
