# SPDX-License-Identifier: Apache-2.0
"""Writes what happens to a recovery: state, history, and word to people."""

import dataclasses
import datetime
from typing import Any
import uuid

from nova_ha.engine.settings import SettingsSource
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
    """

    def __init__(
        self,
        store: ports.RecoveryStore,
        notifier: ports.Notifier,
        clock: ports.Clock,
        settings: SettingsSource,
    ) -> None:
        self._store = store
        self._notifier = notifier
        self._clock = clock
        self._settings = settings

    def open(
        self,
        host: str,
        origin: str,
        reason: str,
        requested_at: datetime.datetime,
    ) -> Recovery:
        """Write down a new incident, its fencing begun.

        It is ours from its first moment: another controller that came upon
        it would power the host off beside us, and make us wait for it.

        :raises ActiveRecoveryExists: the host has one.
        :raises StoreUnavailable: the store is away.
        """
        event = Event.FENCE_REQUESTED
        settings = self._settings()
        recovery = Recovery(
            uuid=str(uuid.uuid4()),
            host=host,
            state=lifecycle.advance(RecoveryState.REQUESTED, event),
            origin=origin,
            reason=reason,
            requested_at=requested_at,
            fencing_since=requested_at,
            state_since=requested_at,
            updated_at=requested_at,
            owner=settings.owner,
        )
        line = RecoveryEvent(
            recovery=recovery.uuid,
            at=requested_at,
            name=event.value,
            state=recovery.state,
            message=reason,
        )
        recovery = self._store.open(recovery, line, settings.lease)
        self._notifier.moved(recovery, event.value)
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
        for line in lines:
            self._notifier.moved(saved, line.name)
        return saved

    def amend(self, recovery: Recovery, **changes: Any) -> Recovery:
        """Write fields that change without an event."""
        amended = dataclasses.replace(
            recovery, updated_at=self._clock.now(), **changes
        )
        return self._store.save(amended, self._writer(recovery))

    def _writer(self, recovery: Recovery) -> str:
        return recovery.owner or self._settings().owner

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
