# SPDX-License-Identifier: Apache-2.0
"""returning: make the host usable again, undoing only what we set.

Order (nova 34): nova-compute starts while still forced down and completes
one record per instance; when none is left, force-up; when nova calls the
host up, enable. With a cluster, the gatekeeper has Pacemaker restart
nova-compute as often as that takes; without one, a person has to.
"""

from collections.abc import Sequence

from nova_ha.engine.gates import Gates
from nova_ha.engine.marks import mark_of
from nova_ha.engine.outcome import Outcome
from nova_ha.engine.settings import SettingsSource
from nova_ha.recovery import errors
from nova_ha.recovery import ports
from nova_ha.recovery import safety
from nova_ha.recovery import states
from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Migration
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import ServiceBefore
from nova_ha.recovery.states import Event
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import MigrationStatus

LOOK_AGAIN = 1.0

ASK_FOR = states.MIGRATION_BLOCKS_RETURN - {MigrationStatus.OTHER}

NAMED = 3
"""How many records a message names before it only counts."""


class Returning:
    """Waits for the records, then forces up and enables."""

    def __init__(
        self,
        compute: ports.Compute,
        gates: Gates,
        clock: ports.Clock,
        settings: SettingsSource,
    ) -> None:
        self._compute = compute
        self._gates = gates
        self._clock = clock
        self._settings = settings

    def run(self, recovery: Recovery) -> Outcome:
        """Take one tick; see :class:`~nova_ha.engine.outcome.Step`."""
        left = safety.blocks_return(
            self._compute.migrations(recovery.host, statuses=ASK_FOR)
        )
        if left:
            return self._wait(recovery, self._records_left(recovery, left))
        if self._gates.seen(recovery.host) is Gate.SHUT:
            return self._wait(
                recovery,
                f'waits for Pacemaker to start nova-compute on '
                f'{recovery.host} again',
            )
        service = self._compute.service(recovery.host)
        before = recovery.service_before or ServiceBefore(
            disabled=True, disabled_reason=None, forced_down=True
        )
        todo = safety.undo(before, service, mark_of(recovery))
        if todo.force_up:
            try:
                service = self._compute.force_up(service)
            except errors.ComputeRefused as e:
                return self._wait(recovery, _refused(recovery.host, e))
        if not service.up and not service.forced_down:
            return self._wait(
                recovery, f'waits for nova to call {recovery.host} up'
            )
        if todo.enable:
            service = self._compute.enable(service)
        self._gates.open_now(recovery.host)
        return Outcome(Event.HOST_SERVING, message=_end(service))

    def forget(self, uuid: str) -> None:
        """Nothing is remembered."""

    def _records_left(
        self, recovery: Recovery, records: Sequence[Migration]
    ) -> str:
        host = recovery.host
        who = (
            f'Pacemaker is to restart nova-compute on {host}'
            if self._gates.exist
            else f'restart nova-compute on {host} once more'
        )
        named = ', '.join(
            f'{r.id} of {r.instance} ({r.raw_status})' for r in records[:NAMED]
        )
        more = len(records) - NAMED
        beside = f' and {more} more' if more > 0 else ''
        return (
            f'{who}: evacuation records {named}{beside} are left, and with '
            'them a later restart would destroy guests that came back'
        )

    def _wait(self, recovery: Recovery, why: str) -> Outcome:
        age = self._clock.now() - recovery.state_since
        late = age.total_seconds() >= self._settings().return_alarm
        return Outcome(
            after=LOOK_AGAIN, message=why, alarm=why if late else ''
        )


def _refused(host: str, error: errors.ComputeRefused) -> str:
    return f'nova does not take {host} up yet ({error.code}): {error}'


def _end(service: ComputeService) -> str:
    if service.forced_down:
        return 'stays forced down, as the operator had left it'
    if service.disabled:
        return (
            'up; stays disabled, as the operator left it: '
            f'{service.disabled_reason or "no reason given"}'
        )
    return 'up and enabled'
