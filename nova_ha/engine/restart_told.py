# SPDX-License-Identifier: Apache-2.0
"""Tells what became of restart groups and server groups, each thing once."""

from collections.abc import Mapping
import datetime

from nova_ha.engine.worklist import Worklist
from nova_ha.recovery import ports
from nova_ha.recovery import restart
from nova_ha.recovery import server_groups
from nova_ha.recovery.model import ServerGroup
from nova_ha.recovery.restart import Scene
from nova_ha.recovery.restart import Standing

UP = 'group_up'
STUCK = 'group_stuck'
OVERDUE = 'group_overdue'
STRANDED = 'affinity_stranded'


class RestartTold:
    """Writes lines into the history; calls somebody where that is due.

    What a history has already, since the evacuations began, is not told
    once more after a restart of nova-ha.
    """

    def __init__(self, store: ports.RecoveryStore) -> None:
        self._store = store

    def tell(
        self, work: Worklist, scene: Scene, found: Mapping[str, Standing]
    ) -> None:
        """Tell of every group that others come after."""
        for standing in found.values():
            name = standing.group.name
            after = [n for n, o in found.items() if name in o.group.after]
            here = any(row.group == name for row in scene.rows)
            if after and here and standing.may_start is not None:
                self._tell(work, scene, standing, ', '.join(after))

    def stranded(
        self,
        work: Worklist,
        found: Mapping[str, ServerGroup],
        now: datetime.datetime,
    ) -> None:
        """Tell of strict affinity groups that nova will not let go."""
        for group in {group.id: group for group in found.values()}.values():
            why = server_groups.in_words(group)
            self._once(work, STRANDED, group.name, why, now)

    def _tell(
        self, work: Worklist, scene: Scene, standing: Standing, after: str
    ) -> None:
        name, now = standing.group.name, scene.now
        lacks = restart.in_words(standing, scene.unlisted)
        if standing.overdue:
            why = (
                f'{lacks} after {standing.group.timeout:g} s; {after} '
                'waits no longer for it'
            )
            self._once(work, OVERDUE, name, why, now, alarm=True)
        elif standing.let_go is not None:
            why = f'{standing.group.ready}, so {after} need not wait for it'
            self._once(work, UP, name, why, now)
        elif restart.is_stuck(standing):
            until = standing.changes
            why = f'{lacks}; {after} waits for it until {until:%H:%M:%S} UTC'
            self._once(work, STUCK, name, why, now, alarm=True)

    def _once(
        self,
        work: Worklist,
        event: str,
        about: str,
        message: str,
        now: datetime.datetime,
        alarm: bool = False,
    ) -> None:
        if work.told is None:
            work.told = {
                (e.name, e.message.partition(': ')[0])
                for e in self._store.events(work.recovery.uuid)
                if e.at >= work.recovery.state_since
            }
        if (event, about) in work.told:
            return
        work.told.add((event, about))
        work.note(event, now, f'{about}: {message}')
        if alarm:
            work.alarms.append(f'restart group {about}: {message}')
