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
            poll_interval=evacuation.poll_interval,
            settle=evacuation.settle,
            timeout=evacuation.timeout,
            attempts=evacuation.attempts,
            backoff=evacuation.backoff,
            guards=_guards(conf),
            power_on_after=PowerOnAfter(engine.power_on_after),
            reconcile_interval=conf.cluster.reconcile_interval,
            return_restart_interval=conf.cluster.return_restart_interval,
        )

    return read


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
