# SPDX-License-Identifier: Apache-2.0
"""What a person may do to a recovery."""

from collections.abc import Callable
import dataclasses
import functools
from typing import Any

from nova_ha.engine import off_proofs
from nova_ha.engine.gates import Gates
from nova_ha.engine.journal import Journal
from nova_ha.engine.modes import ModeKeeper
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.still_off import StillOff
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery import lifecycle
from nova_ha.recovery import states
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.gate import EXPECTED_BACK
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import Event
from nova_ha.recovery.states import RecoveryState

RACES = 5
"""How often a wish is written again that somebody's write was quicker than."""

MAX_NAME = 64
"""Characters that the store keeps of a line's name."""

_OVERTAKEN = (errors.StaleRecovery, errors.NotOwner)


def _overtaking(
    act: Callable[['Operator', str, str], Recovery],
) -> Callable[['Operator', str, str], Recovery]:
    """Have it done to the row as it is then, when it was being written.

    The engine writes while a person types: no wish is lost to that.
    """

    @functools.wraps(act)
    def acted(operator: 'Operator', uuid: str, who: str) -> Recovery:
        for _ in range(RACES - 1):
            try:
                return act(operator, uuid, who)
            except _OVERTAKEN:
                continue
        return act(operator, uuid, who)

    return acted


class Operator:
    """Every method names who asked; that goes into the history."""

    def __init__(
        self,
        world: World,
        gates: Gates,
        journal: Journal,
        settings: SettingsSource,
        wake: Callable[[str], None],
        modes: ModeKeeper,
    ) -> None:
        self._modes = modes
        self._hosts = world.hosts
        self._power = world.power
        self._store = world.store
        self._spool = world.spool
        self._still_off = StillOff(world, gates, settings)
        self._clock = world.clock
        self._journal = journal
        self._settings = settings
        self._wake = wake

    @_overtaking
    def retry(self, uuid: str, who: str) -> Recovery:
        """Try the failed fencing or the failed evacuations again.

        :raises IllegalTransition: nothing has failed.
        :raises UnsafeRequest: the host is not off any more.
        :raises ObserveOnly: the mode is observe.
        """
        self._modes.refuse('nothing is tried again')
        recovery = self._store.get(uuid)
        if recovery.state is RecoveryState.FENCE_FAILED:
            return self._move(
                recovery,
                Event.RETRY_REQUESTED,
                who,
                off_proof=None,
            )
        lifecycle.advance(recovery.state, Event.RETRY_REQUESTED)
        proof = self._still_off.prove(recovery, 'the retry')
        return self._move(
            recovery, Event.RETRY_REQUESTED, who, off_proof=proof
        )

    @_overtaking
    def confirm_off(self, uuid: str, who: str) -> Recovery:
        """Take a person's word that the host is off.

        Pacemaker asks again as soon as it was told that a fencing has failed,
        so the recovery is ``fencing`` nearly all the time: once it has
        failed, the word is good during the further tries, too.

        :raises IllegalTransition: no fencing of this incident has failed.
        """
        recovery = self._store.get(uuid)
        if not self._has_failed(recovery):
            raise errors.IllegalTransition(
                recovery.state.value,
                'confirm-off',
                [RecoveryState.FENCE_FAILED.value],
            )
        proof = off_proofs.of_word(recovery.host, who, self._clock.now())
        return self._move(recovery, Event.OFF_VERIFIED, who, off_proof=proof)

    def _has_failed(self, recovery: Recovery) -> bool:
        """Whether a fencing of this incident has, and none has succeeded."""
        if recovery.state is RecoveryState.FENCE_FAILED:
            return True
        return recovery.state is RecoveryState.FENCING and any(
            event.name == Event.FENCING_FAILED.value
            and event.at >= recovery.fencing_since
            for event in self._store.events(recovery.uuid)
        )

    @_overtaking
    def release(self, uuid: str, who: str) -> Recovery:
        """Overrule the guards for this incident, held or about to be.

        :raises IllegalTransition: no guard may hold it any more.
        """
        recovery = self._store.get(uuid)
        now = self._clock.now()
        if recovery.state is not RecoveryState.EVACUATING:
            return self._move(recovery, Event.RELEASED, who, released_at=now)
        # A storm keeps it from asking for more.
        released = self._journal.amend(
            recovery, f'released_by_{who}'[:MAX_NAME], released_at=now
        )
        self._wake(released.uuid)
        return released

    @_overtaking
    def let_return(self, uuid: str, who: str) -> Recovery:
        """Let a host in that fails again and again.

        :raises IllegalTransition: its recovery does not wait for it.
        """
        recovery = self._store.get(uuid)
        if recovery.state not in EXPECTED_BACK:
            raise errors.IllegalTransition(
                recovery.state.value,
                'let-return',
                sorted(state.value for state in EXPECTED_BACK),
            )
        allowed = self._journal.amend(
            recovery,
            f'let_return_by_{who}'[:MAX_NAME],
            let_return_at=self._clock.now(),
            message=f'{recovery.host} was let in by {who}',
        )
        self._wake(allowed.uuid)
        return allowed

    @_overtaking
    def cancel(self, uuid: str, who: str) -> Recovery:
        """End the recovery; what nova was told stays told."""
        return self._move(self._store.get(uuid), Event.CANCEL_REQUESTED, who)

    def power_on(self, name: str, who: str) -> None:
        """Power the host on, or have it powered on when its recovery allows.

        :raises UnknownHost: the hosts file does not name it.
        :raises ObserveOnly: the mode is observe.
        :raises PowerError: it has no recovery and could not be powered on.
        :raises StoreUnavailable: whether it has one is not known.
        """
        host = self._hosts.get(name)
        self._modes.refuse(f'{host.name} is not powered on')
        for _ in range(RACES):
            try:
                recovery = self._store.active(host.name)
                if recovery is None:
                    break
                if recovery.power_on_asked_at is not None:
                    return
                self._journal.amend(
                    recovery,
                    f'power_on_asked_by_{who}'[:MAX_NAME],
                    power_on_asked_at=self._clock.now(),
                )
                return
            except _OVERTAKEN:
                continue
            except errors.StoreUnavailable:
                if self._spool_wish(host.name):
                    return
                raise
        else:
            raise errors.StoreUnavailable(
                f'the recovery of {host.name} is being written by others all '
                'the time'
            )
        if not self._spool_wish(host.name):
            self._power.power_on(host, self._deadline())

    def _spool_wish(self, host: str) -> bool:
        """Put the wish beside the power-off that waits for the store."""
        waiting = [r for _key, r in self._spool.entries() if r.host == host]
        if not waiting:
            return False
        now = self._clock.now()
        self._spool.put(
            dataclasses.replace(waiting[-1], power_on_asked_at=now)
        )
        return True

    def _move(
        self, recovery: Recovery, event: Event, who: str, **changes: Any
    ) -> Recovery:
        moved = self._journal.move(
            recovery,
            event,
            message=f'{event.value} by {who}',
            **changes,
        )
        if moved.state not in states.FINAL:
            self._wake(moved.uuid)
        return moved

    def _deadline(self) -> Deadline:
        return Deadline.after(
            self._settings().read_timeout, self._clock.monotonic
        )
