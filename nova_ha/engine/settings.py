# SPDX-License-Identifier: Apache-2.0
"""The numbers the engine works with; see the options of the same names."""

from collections.abc import Callable
import dataclasses

from nova_ha.recovery.guards import GuardLimits
from nova_ha.recovery.power_on import PowerOnAfter


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """Seconds, unless said otherwise.

    :ivar owner: this controller's name.
    :ivar window: evacuations under way per host.
    :ivar attempts: evacuate requests per instance that nova may end badly.
    :ivar guards: when evacuations are held, and hosts kept out.
    :ivar power_on_after: what a power-on that was asked for waits for.
    """

    owner: str
    lease: float = 30.0
    scan_interval: float = 2.0
    host_watch_interval: float = 5.0
    power_watch_interval: float = 10.0
    retry_interval: float = 1.0
    force_down_alarm: float = 60.0
    return_alarm: float = 900.0
    fence_timeout: float = 50.0
    read_timeout: float = 10.0
    window: int = 4
    poll_interval: float = 0.25
    settle: float = 10.0
    timeout: float = 600.0
    attempts: int = 3
    backoff: float = 5.0
    guards: GuardLimits = dataclasses.field(default_factory=GuardLimits)
    power_on_after: PowerOnAfter = PowerOnAfter.EVACUATED
    reconcile_interval: float = 15.0
    return_restart_interval: float = 10.0


SettingsSource = Callable[[], Settings]
"""Asked at each use, since a SIGHUP may change the numbers."""
