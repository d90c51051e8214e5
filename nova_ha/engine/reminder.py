# SPDX-License-Identifier: Apache-2.0
"""Calls people once more for what a crash may have left uncalled for."""

import datetime

from nova_ha.engine.journal import Journal
from nova_ha.recovery import states
from nova_ha.recovery.model import Recovery


class Reminder:
    """Remembers what this process has called people for.

    A state is written down first and told then: whoever is killed between
    the two has told nobody.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._told: dict[str, datetime.datetime] = {}

    def see(self, recovery: Recovery) -> None:
        """Raise the alarm of a recovery that waits for somebody, once."""
        if recovery.state not in states.NEEDS_SOMEBODY:
            self._told.pop(recovery.uuid, None)
        elif self._told.get(recovery.uuid) != recovery.state_since:
            self._told[recovery.uuid] = recovery.state_since
            self._journal.alarm(recovery, recovery.message)
