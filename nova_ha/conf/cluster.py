# SPDX-License-Identifier: Apache-2.0
"""[cluster]: the Pacemaker on this machine."""

from collections.abc import Sequence

from oslo_config import cfg

GROUP = 'cluster'

OPTS: Sequence[cfg.Opt] = (
    cfg.BoolOpt(
        'enabled',
        default=False,
        help='Whether Pacemaker runs on this machine and drives nova-ha. '
        'With it, a returning host is held back by a node attribute (the '
        'gate) and fencing done by others is found; without it, a host that '
        'returns too early is powered off again.',
    ),
    cfg.StrOpt(
        'gate_attribute',
        default='nova-ha-gate',
        regex='^[A-Za-z_][A-Za-z0-9_.-]*$',
        help='Name of the permanent node attribute that holds the compute '
        'services away from a host while its instances are evacuated. The '
        'location rules of the cluster name it too.',
    ),
    cfg.StrOpt(
        'compute_resource',
        default='nova-compute',
        help='Name of the primitive in Pacemaker that runs nova-compute on '
        'the compute hosts, without its clone. With a wrong name the '
        'nova-compute of a returning host is not restarted, and its '
        'evacuation records stay open.',
    ),
    cfg.FloatOpt(
        'command_timeout',
        default=10.0,
        min=1.0,
        max=300.0,
        mutable=True,
        help='Seconds after which a command to Pacemaker is given up and '
        'tried again later. Too short a time takes a busy cluster for one '
        'that is away, and the gate of a failed host is shut later.',
    ),
    cfg.FloatOpt(
        'reconcile_interval',
        default=15.0,
        min=1.0,
        max=3600.0,
        mutable=True,
        help='Seconds between two comparisons of Pacemaker and nova with '
        'the store. An alert from Pacemaker brings the next one forward; '
        'where alerts are lost, fencing done by others is found that much '
        'later.',
    ),
    cfg.FloatOpt(
        'return_restart_interval',
        default=10.0,
        min=1.0,
        max=3600.0,
        mutable=True,
        help='Seconds that nova-compute of a returning host runs without '
        'completing a further evacuation record before Pacemaker is made to '
        'restart it. Each start completes one record per instance; too '
        'short a time restarts it before it has begun.',
    ),
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this module."""
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return the options of this module with their group."""
    return [(GROUP, OPTS)]
