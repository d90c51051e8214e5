# SPDX-License-Identifier: Apache-2.0
"""[guards]: what holds evacuations back. Power-offs are never held."""

from collections.abc import Sequence

from oslo_config import cfg

GROUP = 'guards'

STORM = (
    cfg.FloatOpt(
        'storm_percent',
        default=50.0,
        min=0.0,
        max=100.0,
        mutable=True,
        help='A storm: more than this percentage of all compute hosts is '
        'away. Away are hosts with a recovery that has not ended, held ones '
        'too, and hosts that nova calls forced down, whoever did that. One '
        'host is never a storm. In a storm hosts are still powered off and '
        'forced down, but no instance is evacuated any more, also not from '
        'hosts under way; an operator has to look. 0 sets no limit.',
    ),
    cfg.IntOpt(
        'storm_hosts',
        default=0,
        min=0,
        max=10000,
        mutable=True,
        help='A storm as well: more hosts than this have failed within '
        'storm_window, or are being recovered right now. 0 sets no limit.',
    ),
    cfg.FloatOpt(
        'storm_group_percent',
        default=0.0,
        min=0.0,
        max=100.0,
        mutable=True,
        help='As storm_percent, a percentage of the hosts of each host '
        'aggregate and each availability zone by itself; only recoveries of '
        'hosts in it are held. Where an aggregate is a rack, a limit here '
        'holds the evacuations of a rack that has lost its power. 0 sets no '
        'limit.',
    ),
    cfg.IntOpt(
        'storm_group_hosts',
        default=0,
        min=0,
        max=10000,
        mutable=True,
        help='As storm_hosts, within each host aggregate and each '
        'availability zone by itself; only recoveries of hosts in it are '
        'held. 0 sets no limit.',
    ),
    cfg.FloatOpt(
        'storm_window',
        default=300.0,
        min=1.0,
        max=86400.0,
        mutable=True,
        help='Seconds for which a host that has failed counts for '
        'storm_hosts and storm_group_hosts. One that is being recovered '
        'counts for as long as that takes.',
    ),
    cfg.FloatOpt(
        'storm_cooldown',
        default=60.0,
        min=0.0,
        max=86400.0,
        mutable=True,
        help='Seconds for which no storm must have been seen before the '
        'recoveries that it holds go on by themselves, the oldest first. '
        'Counted anew after a restart of the daemon.',
    ),
)

OTHERS = (
    cfg.IntOpt(
        'hosts_at_a_time',
        default=0,
        min=0,
        max=10000,
        mutable=True,
        help='How many hosts may be evacuated at the same time. Further '
        'ones are powered off and forced down, but their evacuations are '
        'held until one of the others ends or an operator releases them. '
        '0 sets no limit.',
    ),
    cfg.FloatOpt(
        'start_grace',
        default=0.0,
        min=0.0,
        max=3600.0,
        mutable=True,
        help='Seconds after the start of the daemon in which evacuations of '
        'hosts that fail then are held, so that more of the picture is '
        'known; recoveries begun before go on at once. Worth 60 where '
        'controllers and compute hosts lose their power together. 0 holds '
        'nothing.',
    ),
    cfg.BoolOpt(
        'control_plane',
        default=True,
        mutable=True,
        help='Hold evacuations while nova calls each of its nova-scheduler, '
        'or each of its nova-conductor, down: it could evacuate nothing, and '
        'requests would fail one after the other.',
    ),
    cfg.FloatOpt(
        'census_interval',
        default=30.0,
        min=1.0,
        max=600.0,
        mutable=True,
        help='Seconds between two looks at the services of nova (GET '
        '/os-services) and the host aggregates while nothing is recovered, '
        'so that nobody need be asked when a host fails. Every 5 seconds '
        'while something is.',
    ),
    cfg.IntOpt(
        'flap_failures',
        default=3,
        min=0,
        max=1000,
        mutable=True,
        help='A host that has failed so often within flap_window is '
        'evacuated like any other, but not taken back: it stays disabled, '
        'with that reason, its gate shut, until an operator lets it in '
        '(nova-ha-manage recovery let-return). Fences that an operator '
        'asked for do not count. 0 keeps no host out.',
    ),
    cfg.FloatOpt(
        'flap_window',
        default=3600.0,
        min=1.0,
        max=2592000.0,
        mutable=True,
        help='Seconds before its last failure in which the failures of a '
        'host are counted for flap_failures. The longer, the sooner a host '
        'that fails now and then is kept out.',
    ),
)

OPTS: Sequence[cfg.Opt] = STORM + OTHERS


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this module."""
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return the options of this module with their group."""
    return [(GROUP, OPTS)]
