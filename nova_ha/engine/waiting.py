# SPDX-License-Identifier: Apache-2.0
"""Ends the waiting for a host that has not come back in time.

The recovery rests meanwhile, so that the host can be powered on, start
nova-compute and return: its instances then go on at home. What is waited
for is on record as the time before which its row is not looked at again.
"""

import logging

from nova_ha.engine.gates import Gates
from nova_ha.engine.outcome import Outcome
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.still_off import StillOff
from nova_ha.engine.world import World
from nova_ha.recovery import disks
from nova_ha.recovery import errors
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import Event

LOG = logging.getLogger(__name__)


class Waiting:
    """A part of the steps evacuated and evacuation_failed."""

    def __init__(
        self, world: World, gates: Gates, settings: SettingsSource
    ) -> None:
        self._store = world.store
        self._clock = world.clock
        self._settings = settings
        self._still_off = StillOff(world, gates, settings)

    def look(self, recovery: Recovery) -> Outcome | None:
        """Let the evacuations go on if the time is up; None if it is not.

        A host that is powered on is on its way back, or hangs: nobody can
        tell, so nothing is evacuated from it until it is fenced again.
        """
        rows = self._store.evacuations(recovery.uuid)
        due = disks.waited_enough(rows, self._clock.now())
        if not due:
            return None
        told = f'{len(due)} instances have waited for {recovery.host}'
        try:
            proof = self._still_off.prove(recovery, 'the end of the waiting')
        except (errors.UnsafeRequest, errors.PowerError) as e:
            why = f'{told} long enough, but {e}'
            return Outcome(
                after=self._settings().host_watch_interval,
                message=why,
                alarm=why,
            )
        return Outcome(
            Event.WAIT_OVER,
            message=f'{told} long enough',
            changes={'off_proof': proof},
        )
