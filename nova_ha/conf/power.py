# SPDX-License-Identifier: Apache-2.0
"""[power]: how power actions are tried; which driver is in the hosts file."""

from collections.abc import Sequence

from oslo_config import cfg

GROUP = 'power'

OPTS: Sequence[cfg.Opt] = (
    cfg.FloatOpt(
        'poll_interval',
        default=0.1,
        min=0.02,
        max=10.0,
        mutable=True,
        help='Seconds between two fresh reads of the power state after a '
        'power-off was sent. Grows to one second while the host stays on. '
        'Off is seen that much later; some BMCs answer slower when they '
        'are asked more often.',
    ),
    cfg.FloatOpt(
        'attempt_timeout',
        default=15.0,
        min=1.0,
        max=300.0,
        mutable=True,
        help='Seconds one attempt (login, command, polls) may take before '
        'its process is ended and another one begins, inside the time the '
        'whole request has. Less where a host has several power devices and '
        'that time is short: then they share it.',
    ),
    cfg.FloatOpt(
        'read_timeout',
        default=10.0,
        min=1.0,
        max=300.0,
        mutable=True,
        help='Seconds a mere read of the power state may take, of all power '
        'devices of a host together. After that it is unknown, and what '
        'depends on it waits for the next read.',
    ),
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this module."""
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return the options of this module with their group."""
    return [(GROUP, OPTS)]
