# SPDX-License-Identifier: Apache-2.0
"""Writes what happens to a recovery: state, history, and word to people."""

from collections.abc import Callable
from collections.abc import Sequence
import dataclasses
import datetime
from typing import Any
import uuid

from nova_ha.recovery import lifecycle
from nova_ha.recovery import ports
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import RecoveryEvent
from nova_ha.recovery.states import Event
from nova_ha.recovery.states import RecoveryState


class Journal:
    """The only writer of recovery rows.

    A row is written in the name of its owner as it was read: a step that
    lost its lease is refused by the store, while a fence request that comes
    to another controller is told apart by the generation alone.

    :ivar listeners: called with each recovery that has moved; must not wait.
    """

    def __init__(
        self,
        store: ports.RecoveryStore,
        notifier: ports.Notifier,
        clock: ports.Clock,
        owner: str,
    ) -> None:
        self._store = store
        self._notifier = notifier
        self._clock = clock
        self._owner = owner
        self.listeners: list[Callable[[Recovery], None]] = []

    def open(
        self,
        host: str,
        origin: str,
        reason: str,
        requested_at: datetime.datetime,
        events: Sequence[Event] = (Event.FENCE_REQUESTED,),
        **fields: Any,
    ) -> Recovery:
        """Write down a new incident, by default with its fencing begun.

        :param events: what led there from ``requested``, in this order.
        :param fields: other fields of the recovery.
        :raises ActiveRecoveryExists: the host has one.
        :raises StoreUnavailable: the store is away.
        """
        key = fields.pop('uuid', None) or str(uuid.uuid4())
        state, lines = RecoveryState.REQUESTED, []
        for event in events:
            state = lifecycle.advance(state, event)
            lines.append(
                RecoveryEvent(
                    recovery=key,
                    at=requested_at,
                    name=event.value,
                    state=state,
                    message=reason,
                )
            )
        times = ('fencing_since', 'state_since', 'updated_at')
        recovery = Recovery(
            uuid=key,
            host=host,
            state=state,
            origin=origin,
            reason=reason,
            requested_at=requested_at,
            **dict.fromkeys(times, requested_at) | fields,
        )
        recovery = self._store.open(recovery, *lines)
        self._tell(recovery, lines)
        return recovery

    def move(
        self,
        recovery: Recovery,
        *events: Event,
        message: str = '',
        at: datetime.datetime | None = None,
        **changes: Any,
    ) -> Recovery:
        """Advance the recovery by these events and write it down at once.

        :param at: when it happened; now by default.
        :param changes: other fields that change with it.
        :raises IllegalTransition: the table does not know the move.
        :raises StaleRecovery: somebody else moved it first.
        """
        now = self._clock.now()
        state = recovery.state
        lines = []
        for event in events:
            state = lifecycle.advance(state, event)
            lines.append(
                RecoveryEvent(
                    recovery=recovery.uuid,
                    at=at or now,
                    name=event.value,
                    state=state,
                    message=message,
                )
            )
        if state is not recovery.state:
            changes['state_since'] = now
        moved = dataclasses.replace(
            recovery, state=state, updated_at=now, message=message, **changes
        )
        saved = self._store.save(moved, self._writer(recovery), lines)
        self._tell(saved, lines)
        return saved

    def amend(
        self, recovery: Recovery, milestone: str = '', **changes: Any
    ) -> Recovery:
        """Write fields that change without an event.

        :param milestone: the name of a line in the history that tells it.
        """
        now = self._clock.now()
        amended = dataclasses.replace(recovery, updated_at=now, **changes)
        lines = [
            RecoveryEvent(
                recovery=recovery.uuid,
                at=now,
                name=name,
                state=recovery.state,
            )
            for name in (milestone,)
            if name
        ]
        return self._store.save(amended, self._writer(recovery), lines)

    def _tell(
        self, recovery: Recovery, lines: Sequence[RecoveryEvent]
    ) -> None:
        for line in lines:
            self._notifier.moved(recovery, line.name)
        for listener in self.listeners:
            listener(recovery)

    def _writer(self, recovery: Recovery) -> str:
        return recovery.owner or self._owner

    def note(
        self, recovery: Recovery, name: str, at: datetime.datetime
    ) -> None:
        """Append a milestone that changes nothing."""
        self._store.note(
            RecoveryEvent(
                recovery=recovery.uuid,
                at=at,
                name=name,
                state=recovery.state,
            )
        )

    def alarm(self, recovery: Recovery, message: str) -> None:
        """Call for a person (promise 6)."""
        self._notifier.alarm(recovery, message)
