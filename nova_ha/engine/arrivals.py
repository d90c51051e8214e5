# SPDX-License-Identifier: Apache-2.0
"""When to look at the servers whose records are over, and how few requests
that takes.

A look costs nova about a tenth of what an evacuation costs it, and until
the last instance is back every request is somebody's outage. So the looks
wait until nova has nothing of ours to do, or for half a minute, and those
who arrived on the same host are looked at in one request. For whom others
wait is looked at as soon as it arrives.
"""

import datetime

from nova_ha.engine.nova_calls import NovaCalls
from nova_ha.engine.worklist import Worklist
from nova_ha.recovery import following
from nova_ha.recovery.model import Evacuation

PATIENCE = datetime.timedelta(seconds=30)
"""How long an arrival may go unconfirmed while others are under way."""


class Arrivals:
    """Confirms together what ended about the same time."""

    def __init__(self, calls: NovaCalls) -> None:
        self._calls = calls

    def look(self, work: Worklist, now: datetime.datetime) -> None:
        """Look at the servers that are due."""
        arrived = self._unseen(work)
        if not arrived or not self._is_time(work, arrived, now):
            arrived = [row for row in arrived if row.instance in work.urgent]
        if not arrived:
            return
        work.looked_at = now
        by_target: dict[str, list[Evacuation]] = {}
        for row in arrived:
            record = work.record(row)
            target = record.target if record is not None else None
            by_target.setdefault(target or '', []).append(row)
        for target, rows in by_target.items():
            self._calls.look_on(work, target, rows)

    @staticmethod
    def _unseen(work: Worklist) -> list[Evacuation]:
        return [
            row
            for row in work.open()
            if row.instance in work.over_since
            and row.instance not in work.looking
        ]

    @staticmethod
    def _is_time(
        work: Worklist, arrived: list[Evacuation], now: datetime.datetime
    ) -> bool:
        rows = [
            r for r in work.rows.values() if r.instance not in work.waiting
        ]
        if not following.is_busy(rows, work.under_way(), now):
            return True
        oldest = min(work.over_since[row.instance] for row in arrived)
        if work.looked_at is not None:
            oldest = max(oldest, work.looked_at)
        return now - oldest >= PATIENCE
