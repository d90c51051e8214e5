# SPDX-License-Identifier: Apache-2.0
"""fencing: power the host off, or join who does.

The usual power-off is begun by the fence request itself (intake). This step
is for what has no caller waiting: a restart in the middle, an operator's
retry, a host seen running too early.
"""

from collections.abc import Callable
from concurrent import futures
import dataclasses
import datetime

from nova_ha.engine.fences import Fences
from nova_ha.engine.outcome import Outcome
from nova_ha.engine.settings import SettingsSource
from nova_ha.recovery import errors
from nova_ha.recovery import ports
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import Event

LOOK_AGAIN = 5.0
"""Seconds; the end of the power-off itself wakes the recovery earlier."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Flight:
    """A power-off, and the recovery's ``state_since`` it was begun for."""

    since: datetime.datetime
    future: futures.Future[OffProof]


class Fencing:
    """Sees to a power-off that no caller waits for."""

    def __init__(
        self,
        hosts: ports.Hosts,
        fences: Fences,
        clock: ports.Clock,
        settings: SettingsSource,
        wake: Callable[[str], None],
    ) -> None:
        self._hosts = hosts
        self._fences = fences
        self._clock = clock
        self._settings = settings
        self._wake = wake
        self._flights: dict[str, _Flight] = {}

    def run(self, recovery: Recovery) -> Outcome:
        """Take one tick; see :class:`~nova_ha.engine.outcome.Step`."""
        flight = self._flights.get(recovery.uuid)
        # What an earlier attempt came to says nothing about this one.
        if flight is None or flight.since != recovery.state_since:
            return self._begin(recovery)
        if not flight.future.done():
            return Outcome(after=LOOK_AGAIN)
        del self._flights[recovery.uuid]
        return self._judge(recovery, flight.future)

    def forget(self, uuid: str) -> None:
        """Drop what is remembered of a recovery."""
        self._flights.pop(uuid, None)

    def _begin(self, recovery: Recovery) -> Outcome:
        try:
            host = self._hosts.get(recovery.host)
        except errors.UnknownHost as e:
            return _failed(str(e))
        deadline = Deadline.after(
            self._settings().fence_timeout, self._clock.monotonic
        )
        future = self._fences.start(host, deadline)
        self._flights[recovery.uuid] = _Flight(recovery.state_since, future)
        future.add_done_callback(lambda _: self._wake(recovery.uuid))
        return Outcome(after=LOOK_AGAIN)

    def _judge(
        self, recovery: Recovery, flight: 'futures.Future[OffProof]'
    ) -> Outcome:
        try:
            proof = flight.result(0)
        except errors.PowerError as e:
            return _failed(str(e))
        if proof.verified_at < recovery.fencing_since:
            return self._begin(recovery)  # it had seen off before we asked
        return Outcome(
            Event.OFF_VERIFIED,
            message=f'off: {proof.witness}',
            changes={'off_proof': proof},
        )


def _failed(why: str) -> Outcome:
    return Outcome(Event.FENCING_FAILED, message=why, alarm=why)
