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
    :ivar window: evacuations under way to begin with, in the whole cloud.
    :ivar adaptive: whether the window grows and shrinks between
        ``window_min`` and ``window_max``.
    :ivar target_window: evacuations under way to one target; 0 is no limit.
    :ivar cell_window: evacuations under way in one cell; 0 is no limit.
    :ivar cells: names of cells with patterns of their hosts' names.
    :ivar parked_interval: until what found no room is tried again without
        any sign of room; 0: not at all.
    :ivar attempts: evacuate requests per instance that nova may end badly.
    :ivar restore_attempts: rebuild requests for one snapshot.
    :ivar restores_at_once: snapshots put back at a time, per host.
    :ivar backup_interval: 0 makes no backups.
    :ivar backup_rotation: backups that are kept of each instance.
    :ivar backups_at_once: under way at a time, over all hosts.
    :ivar spares_per_host: reserved hosts that stand in for a failed one.
    :ivar spares_anywhere: a spare may have nothing in common with it.
    :ivar spares_reason: what a spare's disabled_reason begins with.
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
    adaptive: bool = True
    window_min: int = 1
    window_max: int = 32
    target_window: int = 0
    cell_window: int = 0
    cells: tuple[tuple[str, str], ...] = ()
    parked_interval: float = 300.0
    poll_interval: float = 0.25
    settle: float = 10.0
    timeout: float = 600.0
    attempts: int = 3
    backoff: float = 5.0
    restore_timeout: float = 1800.0
    restore_attempts: int = 3
    restores_at_once: int = 4
    backup_interval: float = 0.0
    backup_rotation: int = 2
    backup_tag: str = 'nova-ha-backup'
    backups_at_once: int = 2
    spares_per_host: int = 1
    spares_anywhere: bool = True
    spares_reason: str = ''
    spare_return_alarm: float = 900.0
    guards: GuardLimits = dataclasses.field(default_factory=GuardLimits)
    power_on_after: PowerOnAfter = PowerOnAfter.EVACUATED
    reconcile_interval: float = 15.0
    return_restart_interval: float = 10.0


SettingsSource = Callable[[], Settings]
"""Asked at each use, since a SIGHUP may change the numbers."""
