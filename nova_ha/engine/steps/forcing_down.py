# SPDX-License-Identifier: Apache-2.0
"""forcing_down: tell nova, in one request, that the host is down.

Tried without end: until nova knows, nothing can be evacuated, and nobody
else will tell it.
"""

from nova_ha.engine.first_look import FirstLook
from nova_ha.engine.guards import Guard
from nova_ha.engine.journal import Journal
from nova_ha.engine.marks import found
from nova_ha.engine.marks import mark_of
from nova_ha.engine.marks import still
from nova_ha.engine.outcome import Outcome
from nova_ha.engine.settings import SettingsSource
from nova_ha.recovery import errors
from nova_ha.recovery import ports
from nova_ha.recovery import safety
from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import ServiceBefore
from nova_ha.recovery.model import ServiceMark
from nova_ha.recovery.states import Event


class ForcingDown:
    """Tells nova, then lets the guard decide about evacuating."""

    def __init__(
        self,
        store: ports.RecoveryStore,
        compute: ports.Compute,
        journal: Journal,
        guard: Guard,
        first_look: FirstLook,
        clock: ports.Clock,
        settings: SettingsSource,
    ) -> None:
        self._store = store
        self._compute = compute
        self._journal = journal
        self._guard = guard
        self._first_look = first_look
        self._clock = clock
        self._settings = settings

    def run(self, recovery: Recovery) -> Outcome:
        """Take one tick; see :class:`~nova_ha.engine.outcome.Step`."""
        proof = safety.require_off_proof(recovery)
        try:
            service = self._compute.service(recovery.host)
            known = recovery.service_before
            before = still(known, service) if known else self._found(service)
            if before != known:
                # On record before the first change: after a crash in
                # between nobody could tell our marks from the operator's.
                recovery = self._journal.amend(recovery, service_before=before)
            service = self._compute.force_down(
                service, before, mark_of(recovery), proof
            )
        except errors.ComputeError as e:
            return self._later(recovery, f'nova is not told yet: {e}')
        if service.up or not service.forced_down:
            return self._later(recovery, 'nova still calls the host up')
        changes = {'service_reported_at': service.updated_at}
        hold = self._guard.holds(recovery)
        if hold:
            return Outcome(
                Event.GUARD_HELD,
                message=hold,
                changes=changes,
                alarm=hold,
                recovery=recovery,
            )
        # Not before: whatever else nova is asked delays what it is told.
        self._first_look.begin(recovery)
        return Outcome(Event.FORCED_DOWN, changes=changes, recovery=recovery)

    def forget(self, uuid: str) -> None:
        """What is remembered is for the evacuating that follows."""

    def _found(self, service: ComputeService) -> ServiceBefore:
        """Return how the operator had left the service.

        An earlier recovery that was cancelled has left its marks; what it
        had found itself is what counts then.
        """
        marked = ServiceMark.recovery_of(service.disabled_reason)
        if marked is None:
            return found(service)
        try:
            earlier = self._store.get(marked).service_before
        except errors.UnknownRecovery:
            earlier = None
        return earlier or found(service)

    def _later(self, recovery: Recovery, why: str) -> Outcome:
        settings = self._settings()
        age = self._clock.now() - recovery.state_since
        late = age.total_seconds() >= settings.force_down_alarm
        return Outcome(
            after=settings.retry_interval,
            message=why,
            alarm=why if late else '',
            recovery=recovery,
        )
