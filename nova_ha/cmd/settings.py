# SPDX-License-Identifier: Apache-2.0
"""From options to the engine's settings."""

from oslo_config import cfg

from nova_ha.engine.settings import Settings
from nova_ha.engine.settings import SettingsSource
from nova_ha.recovery.flapping import FlapLimits
from nova_ha.recovery.guards import GuardLimits
from nova_ha.recovery.power_on import PowerOnAfter
from nova_ha.recovery.storm import StormLimits


def of(conf: cfg.ConfigOpts) -> SettingsSource:
    """Return a source that reads the options at each use."""

    def read() -> Settings:
        engine, evacuation = conf.engine, conf.evacuation
        backup, restore = conf.backup, conf.restore
        return Settings(
            owner=conf.host,
            lease=engine.lease,
            scan_interval=engine.scan_interval,
            host_watch_interval=engine.host_watch_interval,
            power_watch_interval=engine.power_watch_interval,
            retry_interval=engine.retry_interval,
            force_down_alarm=engine.force_down_alarm,
            return_alarm=engine.return_alarm,
            fence_timeout=conf.fencer.fence_timeout,
            read_timeout=conf.power.read_timeout,
            window=evacuation.window,
            adaptive=evacuation.adaptive,
            window_min=evacuation.window_min,
            window_max=evacuation.window_max,
            target_window=evacuation.target_window,
            cell_window=evacuation.cell_window,
            cells=tuple(_pair(item) for item in evacuation.cells),
            parked_interval=evacuation.parked_interval,
            poll_interval=evacuation.poll_interval,
            settle=evacuation.settle,
            timeout=evacuation.timeout,
            attempts=evacuation.attempts,
            backoff=evacuation.backoff,
            restore_timeout=restore.timeout,
            restore_attempts=restore.attempts,
            restores_at_once=restore.at_once,
            backup_interval=backup.interval,
            backup_rotation=backup.rotation,
            backup_tag=backup.tag,
            backups_at_once=backup.at_once,
            spares_per_host=conf.spares.per_host,
            spares_anywhere=conf.spares.anywhere,
            spares_reason=conf.spares.disabled_reason,
            spare_return_alarm=conf.spares.return_alarm,
            guards=_guards(conf),
            power_on_after=PowerOnAfter(engine.power_on_after),
            reconcile_interval=conf.cluster.reconcile_interval,
            return_restart_interval=conf.cluster.return_restart_interval,
        )

    return read


def _pair(item: str) -> tuple[str, str]:
    name, _, pattern = item.partition('=')
    return name.strip(), pattern.strip()


def _guards(conf: cfg.ConfigOpts) -> GuardLimits:
    guards = conf.guards
    return GuardLimits(
        storm=StormLimits(
            hosts=guards.storm_hosts,
            percent=guards.storm_percent,
            group_hosts=guards.storm_group_hosts,
            group_percent=guards.storm_group_percent,
            window=guards.storm_window,
            cooldown=guards.storm_cooldown,
        ),
        flapping=FlapLimits(
            failures=guards.flap_failures, window=guards.flap_window
        ),
        hosts_at_a_time=guards.hosts_at_a_time,
        start_grace=guards.start_grace,
        control_plane=guards.control_plane,
        census_interval=guards.census_interval,
    )
