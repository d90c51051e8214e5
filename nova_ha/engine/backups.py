# SPDX-License-Identifier: Apache-2.0
"""Backs tagged instances up in peace time, a few at a time.

Every controller looks, and none has to be elected: glance has the image of a
backup from the moment nova takes the request, so the next to look finds it
new, and of two requests at the same moment nova refuses one (409).
"""

from collections.abc import Sequence
import datetime
import logging

from nova_ha.engine.settings import Settings
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.world import World
from nova_ha.recovery import backups
from nova_ha.recovery import errors
from nova_ha.recovery.model import Instance

LOG = logging.getLogger(__name__)

KIND = 'nova-ha'
"""Nova's backup_type: its rotation counts those of the same kind only."""

IDLE = 3600.0
"""Seconds; so soon is it noticed that backups are wanted."""

LATE = 2
"""Intervals after which an instance without a new backup is an alarm."""


class Backups:
    """One turn looks at every host that has no recovery."""

    def __init__(self, world: World, settings: SettingsSource) -> None:
        self._world = world
        self._settings = settings
        self._refused: dict[str, str] = {}
        self._since = world.clock.now()

    def interval(self) -> float:
        """Return the seconds until the next turn: some in each interval."""
        interval = self._settings().backup_interval
        if not interval:
            return IDLE
        return min(max(interval / 20, 10.0), 300.0)

    def turn(self) -> None:
        """Ask for what is due; tell of what has become late."""
        settings, images = self._settings(), self._world.images
        if not settings.backup_interval or images is None:
            return
        now = self._world.clock.now()
        try:
            known = self._tagged(settings.backup_tag)
            newest = images.newest_snapshots() if known else {}
        except errors.RecoveryError as e:
            self._trouble(f'nothing is backed up now: {e}')
            return
        chosen = backups.next_ones(
            known,
            newest,
            settings.backup_interval,
            settings.backups_at_once,
            now,
        )
        for instance in chosen:
            self._ask(instance, settings, now)
        usable = {u: s for u, s in newest.items() if s.status == 'active'}
        limit = LATE * settings.backup_interval
        late = [
            i
            for i in known
            if (now - self._since).total_seconds() >= limit
            and backups.is_late(usable.get(i.uuid), limit, now)
        ]
        if late:
            self._tell(late)

    def _tagged(self, tag: str) -> Sequence[Instance]:
        failed = {
            recovery.host
            for recovery in self._world.store.recoveries(active=True)
        }
        return [
            instance
            for host in self._world.hosts.all()
            if host.name not in failed
            for instance in self._instances(host.name)
            if backups.is_concerned(instance, tag)
        ]

    def _instances(self, host: str) -> Sequence[Instance]:
        try:
            return self._world.compute.instances(host)
        except errors.ComputeNotFound as e:
            LOG.info('Backups: %s', e)
            return []

    def _ask(
        self, instance: Instance, settings: Settings, now: datetime.datetime
    ) -> None:
        at = now.strftime('%Y-%m-%dT%H:%M:%SZ')
        name = f'{instance.name} {KIND} {at}'[:255]
        try:
            self._world.compute.create_backup(
                instance.uuid, name, KIND, settings.backup_rotation
            )
        except errors.ComputeError as e:
            self._refused[instance.uuid] = str(e)
            LOG.warning('No backup of %s: %s', instance.name, e)
        else:
            self._refused.pop(instance.uuid, None)
            LOG.info('Backup of %s is asked for', instance.name)

    def _tell(self, late: Sequence[Instance]) -> None:
        names = sorted(i.name for i in late)
        why = {self._refused[i.uuid] for i in late if i.uuid in self._refused}
        words = f': {"; ".join(sorted(why)[:3])}' if why else ''
        self._trouble(
            f'{len(names)} instances have no backup of the last {LATE} '
            f'intervals, among them {", ".join(names[:3])}{words}'
        )

    def _trouble(self, message: str) -> None:
        LOG.warning('Backups: %s', message)
        self._world.notifier.trouble('backups', message)
