# SPDX-License-Identifier: Apache-2.0
"""Finds the snapshot to put back before nova is asked for the evacuation.

Glance is asked for several instances at a time, while others are evacuated
already. An instance without a snapshot that can be put back stays where its
disk is: nothing of it is lost that way.
"""

import datetime
import logging

from nova_ha.engine.disk_calls import DiskCalls
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.worklist import Found
from nova_ha.engine.worklist import Worklist
from nova_ha.recovery import disks
from nova_ha.recovery import errors
from nova_ha.recovery import ports
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import Snapshot
from nova_ha.recovery.states import EvacuationEvent

LOG = logging.getLogger(__name__)


class Chooser:
    """Writes the snapshot into the row, or leaves the instance behind."""

    def __init__(
        self,
        calls: DiskCalls,
        clock: ports.Clock,
        settings: SettingsSource,
    ) -> None:
        self._calls = calls
        self._clock = clock
        self._settings = settings

    def look(self, work: Worklist) -> None:
        """Ask glance for what is still to be chosen."""
        now = self._clock.now()
        for row in work.rows.values():
            if (
                disks.is_to_be_chosen(row)
                and row.instance not in work.choosing
                and (row.not_before is None or row.not_before <= now)
            ):
                self._calls.find(work, row)

    def hear(self, work: Worklist, row: Evacuation, found: Found) -> None:
        """Take in what glance has."""
        work.choosing.discard(row.instance)
        if not disks.is_to_be_chosen(row):
            return
        if found.error is not None:
            self._not_told(work, row, found.error, found.at)
        elif found.server is None:
            work.change(row, EvacuationEvent.SKIP, found.at, 'it was deleted')
        else:
            self._choose(work, row, found.newest, found.server, found.at)

    @staticmethod
    def _choose(
        work: Worklist,
        row: Evacuation,
        newest: Snapshot | None,
        server: Instance,
        now: datetime.datetime,
    ) -> None:
        why = disks.unusable(newest, server, row.max_age, now)
        if why or newest is None:
            work.change(
                row,
                EvacuationEvent.SKIP,
                now,
                f'left on its host, where its disk is: {why}',
            )
            return
        age = disks.span((now - newest.created_at).total_seconds())
        work.amend(
            row,
            'snapshot_chosen',
            now,
            f'its {newest.image_type} {newest.uuid} is {age} old',
            snapshot=newest.uuid,
            image=server.image,
            not_before=None,
        )

    def _not_told(
        self,
        work: Worklist,
        row: Evacuation,
        error: Exception,
        now: datetime.datetime,
    ) -> None:
        """Ask again what may be answered later, up to the usual time."""
        settings = self._settings()
        waited = (now - work.recovery.state_since).total_seconds()
        curable = isinstance(error, errors.Retriable)
        if curable and waited < settings.timeout:
            LOG.warning('%s: %s; asking again', row.name, error)
            pause = datetime.timedelta(seconds=settings.backoff)
            work.amend(
                row,
                'snapshot_not_known',
                now,
                str(error),
                not_before=now + pause,
            )
            return
        work.change(
            row,
            EvacuationEvent.GAVE_UP,
            now,
            f'left on its host, where its disk is: its snapshots are not '
            f'known: {error}',
        )
