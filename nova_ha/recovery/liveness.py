# SPDX-License-Identifier: Apache-2.0
"""Is nova-compute reporting from the host again?

Nova shows no heartbeat: ``updated_at`` moves with each report but also with
each PUT by anybody, our own force-down included. So one move proves nothing.
"""

import dataclasses
import datetime

from nova_ha.recovery.model import ComputeService

REPORTS_NEEDED = 2
"""One move may be somebody's PUT; nobody PUTs twice without a cause."""


@dataclasses.dataclass(frozen=True, slots=True)
class Sightings:
    """What was seen of a host's reports since it was declared down.

    :ivar last: ``updated_at`` at the last look.
    :ivar moves: how often it has moved on between two looks.
    :ivar records_done: evacuation records in status ``done``, which only a
        start of nova-compute on the host turns to ``completed``, as counted
        at the last look; None before the first look.
    :ivar records_completed: that number has shrunk, so nova-compute has
        been started there.
    """

    last: datetime.datetime | None
    moves: int = 0
    records_done: int | None = None
    records_completed: bool = False

    def look(self, service: ComputeService, records_done: int) -> 'Sightings':
        """Return the sightings with this look added."""
        moved = service.updated_at is not None and (
            self.last is None or service.updated_at > self.last
        )
        shrunk = (
            self.records_done is not None and records_done < self.records_done
        )
        return Sightings(
            last=service.updated_at if moved else self.last,
            moves=self.moves + moved,
            records_done=records_done,
            records_completed=self.records_completed or shrunk,
        )

    @property
    def reports_again(self) -> bool:
        """Whether nova-compute has surely been started since."""
        if self.records_completed and self.moves:
            return True
        return self.moves >= REPORTS_NEEDED
