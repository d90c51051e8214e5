# SPDX-License-Identifier: Apache-2.0
"""[engine]: pools, leases, and how long may pass before an alarm."""

from collections.abc import Sequence

from oslo_config import cfg

GROUP = 'engine'

OPTS: Sequence[cfg.Opt] = (
    cfg.IntOpt(
        'fencing_workers',
        default=64,
        min=1,
        max=1024,
        help='How many hosts may be powered off at the same time. They '
        'share nothing with the other pools, so no amount of evacuations '
        'delays a power-off.',
    ),
    cfg.IntOpt(
        'recovery_workers',
        default=16,
        min=1,
        max=256,
        help='How many recoveries may take a step (tell nova, look at '
        'migrations) at the same time. With more failed hosts than that '
        'steps wait for one another.',
    ),
    cfg.IntOpt(
        'evacuation_workers',
        default=8,
        min=1,
        max=256,
        help='How many evacuate requests and checks of their outcome may be '
        'under way to nova at the same time, over all hosts. More makes '
        'nova slower rather than the recovery quicker.',
    ),
    cfg.FloatOpt(
        'lease',
        default=30.0,
        min=3.0,
        max=3600.0,
        help='Seconds after which another controller takes over the '
        'recoveries of one that has died. Renewed three times in that '
        'span. The shorter, the sooner that happens, and the sooner a '
        'controller that is merely slow loses them, too.',
    ),
    cfg.FloatOpt(
        'scan_interval',
        default=2.0,
        min=0.1,
        max=60.0,
        mutable=True,
        help='Seconds between two looks at the store for recoveries that '
        'nobody drives, and at the spool. What another controller has left '
        'behind is taken up that much later; each look is one query.',
    ),
    cfg.FloatOpt(
        'host_watch_interval',
        default=5.0,
        min=0.1,
        max=3600.0,
        mutable=True,
        help='Seconds between two looks, per host, whether a host that is '
        'away has come back. It is usable again that much later; each look '
        'is one request to nova.',
    ),
    cfg.FloatOpt(
        'power_watch_interval',
        default=10.0,
        min=0.5,
        max=3600.0,
        mutable=True,
        help='Seconds between two reads of the power state of a host whose '
        'instances are being evacuated. Found on, it is fenced again '
        'before anything more is evacuated.',
    ),
    cfg.FloatOpt(
        'retry_interval',
        default=1.0,
        min=0.1,
        max=60.0,
        mutable=True,
        help='Seconds until a step is tried again after nova or the store '
        'gave no answer; doubled each time up to 5.',
    ),
    cfg.FloatOpt(
        'force_down_alarm',
        default=60.0,
        min=1.0,
        max=86400.0,
        mutable=True,
        help='Seconds after which a host that is off but of which nova '
        'could not be told is an alarm. Trying goes on.',
    ),
    cfg.FloatOpt(
        'return_alarm',
        default=900.0,
        min=1.0,
        max=604800.0,
        mutable=True,
        help='Seconds after which a host that came back but cannot be made '
        'usable again is an alarm. Trying goes on.',
    ),
    cfg.StrOpt(
        'power_on_after',
        default='evacuated',
        choices=[
            ('evacuated', 'when its evacuations are over'),
            ('at_once', 'as soon as its gate ([cluster]) is surely shut'),
            ('never', 'not at all: a person powers it on'),
        ],
        mutable=True,
        help='When a fenced host is powered on again of which Pacemaker, by '
        'reboot or on, or a person has asked for that. A mere off never '
        'powers it on. at_once without a cluster means evacuated.',
    ),
    cfg.FloatOpt(
        'drain_timeout',
        default=30.0,
        min=1.0,
        max=3600.0,
        help='Seconds that a stopping fencer lets power-offs and requests '
        'to nova under way come to their end, first for local requests and '
        'then as long again for the engine. What is cut off is taken up '
        'again at the next start or by another controller. Whoever stops '
        'the fencer must wait longer than twice that: TimeoutStopSec of the '
        'systemd unit is 90, the time-out of the stop in Pacemaker 120.',
    ),
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this module."""
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return the options of this module with their group."""
    return [(GROUP, OPTS)]
