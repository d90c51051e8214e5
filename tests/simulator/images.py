# SPDX-License-Identifier: Apache-2.0
"""Glance, as far as snapshots of instances are concerned."""

from collections.abc import Mapping
import datetime

from nova_ha.recovery import errors
from nova_ha.recovery.model import Snapshot
from tests.simulator.nova import SimNova
from tests.simulator.records import Server
from tests.simulator.timeline import Timeline


class SimImages:
    """Satisfies :class:`nova_ha.recovery.ports.Images`.

    :ivar away: nothing is answered.
    :ivar forbidden: everything is refused.
    """

    def __init__(self, nova: SimNova, timeline: Timeline) -> None:
        self._timeline = timeline
        self.snapshots: list[Snapshot] = []
        self.away = False
        self.forbidden = False
        nova.backups = self._backup

    def take(
        self,
        server: Server,
        age: float = 60.0,
        status: str = 'active',
        kind: str = 'snapshot',
        min_disk: int = 0,
    ) -> Snapshot:
        """Somebody took a snapshot so many seconds ago."""
        number = len(self.snapshots) + 1
        snapshot = Snapshot(
            uuid=f'{kind}{number}',
            instance=server.uuid,
            name=f'{kind} of {server.name}',
            image_type=kind,
            status=status,
            created_at=self._timeline.now() - datetime.timedelta(seconds=age),
            size=1024,
            min_disk=min_disk,
        )
        self.snapshots.append(snapshot)
        return snapshot

    def newest_snapshot(self, instance: str) -> Snapshot | None:
        if self.away:
            raise errors.ImageUnavailable('glance does not answer')
        if self.forbidden:
            raise errors.ImageForbidden('glance says no')
        return self._newest(instance)

    def newest_snapshots(self) -> Mapping[str, Snapshot]:
        found = {s.instance: self._newest(s.instance) for s in self.snapshots}
        return {uuid: one for uuid, one in found.items() if one is not None}

    def properties(self, image: str) -> Mapping[str, str]:
        raise errors.ImageNotFound(f'no image {image}')

    def _newest(self, instance: str) -> Snapshot | None:
        ours = [s for s in self.snapshots if s.instance == instance]
        return max(
            ours,
            key=lambda s: (s.status == 'active', s.created_at),
            default=None,
        )

    def _backup(self, server: Server, name: str, rotation: int) -> None:
        self.take(server, 0.0, kind='backup')
        ours = [
            s
            for s in self.snapshots
            if s.instance == server.uuid and s.image_type == 'backup'
        ]
        for old in ours[:-rotation]:
            self.snapshots.remove(old)
