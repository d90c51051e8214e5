# SPDX-License-Identifier: Apache-2.0
"""Claims recoveries, runs the step of their state, writes down the outcome.

A recovery is driven by ticks, not by a thread of its own: a step looks at
the world, does what can be done at once, and says when to look again. So a
small pool serves any number of hosts, and a restart only has to tick.
"""

from collections.abc import Callable
from collections.abc import Mapping
from concurrent import futures
import datetime
import logging
import re
import threading

from nova_ha.engine.journal import Journal
from nova_ha.engine.outcome import Outcome
from nova_ha.engine.outcome import Step
from nova_ha.engine.reminder import Reminder
from nova_ha.engine.settings import SettingsSource
from nova_ha.recovery import errors
from nova_ha.recovery import ports
from nova_ha.recovery import states
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import RecoveryState

LOG = logging.getLogger(__name__)

MAX_PAUSE = 5.0
"""Seconds; nova back after an outage is noticed this soon."""

DEFECT_PAUSE = 30.0

REQUEST_ID = re.compile('req-[0-9a-f-]{36}')
"""Nova's, another one in each of its answers."""


class Conductor:
    """Drives every recovery this controller holds the lease of.

    :param why_still: why no step may do anything now; empty when it may.
    """

    def __init__(
        self,
        store: ports.RecoveryStore,
        journal: Journal,
        clock: ports.Clock,
        pool: futures.Executor,
        settings: SettingsSource,
        why_still: Callable[[], str] = lambda: '',
    ) -> None:
        self._why_still = why_still
        self._store = store
        self._journal = journal
        self._reminder = Reminder(journal)
        self._clock = clock
        self._pool = pool
        self._settings = settings
        self._steps: Mapping[RecoveryState, Step] = {}
        self._changed = threading.Condition()
        self._due: dict[str, float] = {}
        self._running: set[str] = set()
        self._failures: dict[str, int] = {}
        self._failing_since: dict[str, float] = {}
        self._seen: dict[str, Recovery] = {}
        self._stopping = False

    def use(self, steps: Mapping[RecoveryState, Step]) -> None:
        """Take the steps; they know :meth:`wake`, so they come later."""
        self._steps = steps

    def wake(self, uuid: str, after: float = 0.0) -> None:
        """Run the recovery's step in so many seconds, or sooner."""
        due = self._clock.monotonic() + after
        with self._changed:
            if due < self._due.get(uuid, float('inf')):
                self._due[uuid] = due
                self._changed.notify()

    def scan(self) -> None:
        """Take up what nobody drives; what rests needs no look."""
        for recovery in self._store.claimable(self._settings().owner):
            self._reminder.see(recovery)
            if recovery.state in self._steps:
                self._take_up(recovery.uuid)

    def _take_up(self, uuid: str) -> None:
        with self._changed:
            known = uuid in self._due or uuid in self._running
        if not known:
            self.wake(uuid)

    def run(self) -> None:
        """Hand due recoveries to the pool until :meth:`stop`."""
        while True:
            try:
                self.turn()
            except RuntimeError:  # the pool was shut down: we are stopping
                return
            with self._changed:
                if self._stopping:
                    return
                if self._next() is None:
                    self._changed.wait(self._until_due())

    def turn(self) -> float | None:
        """Hand what is due now to the pool.

        :returns: seconds until the next is due; None when nothing waits.
        :raises RuntimeError: the pool was shut down.
        """
        while True:
            with self._changed:
                uuid = None if self._stopping else self._next()
                if uuid is None:
                    return self._until_due()
                del self._due[uuid]
                self._running.add(uuid)
            self._pool.submit(self._drive, uuid)

    def stop(self) -> None:
        """Hand out no further work; steps under way come to their end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _next(self) -> str | None:
        now = self._clock.monotonic()
        ready = [
            (due, uuid)
            for uuid, due in self._due.items()
            if due <= now and uuid not in self._running
        ]
        return min(ready)[1] if ready else None

    def _until_due(self) -> float | None:
        waiting = [
            due for uuid, due in self._due.items() if uuid not in self._running
        ]
        if not waiting:
            return None
        return max(0.0, min(waiting) - self._clock.monotonic())

    def _drive(self, uuid: str) -> None:
        after: float | None = None
        try:
            after = self._tick(uuid)
            self._went_well(uuid)
        except errors.StaleRecovery:
            after = 0.0  # somebody moved it: look again
        except (errors.NotOwner, errors.UnknownRecovery):
            self._forget(uuid)
        except errors.IllegalTransition as e:
            after = self._broke_off(uuid, e)
        except errors.RecoveryError as e:
            after = self._again(uuid, e)
        except Exception as e:  # a defect must not stop the others
            after = self._broke_off(uuid, e)
        finally:
            with self._changed:
                self._running.discard(uuid)
                self._changed.notify()
            if after is not None:
                self.wake(uuid, after)

    def _tick(self, uuid: str) -> float | None:
        """Run steps until one waits; return for how long."""
        recovery = self._mine(uuid)
        while not self._stopping:
            step = self._steps.get(recovery.state)
            if step is None:
                self._forget(uuid)
                return None
            outcome = self._stand_still() or step.run(recovery)
            recovery = outcome.recovery or recovery
            if outcome.event is None:
                self._tell(recovery, outcome)
                return outcome.after
            recovery = self._journal.move(
                recovery,
                outcome.event,
                message=outcome.message,
                **outcome.changes,
            )
            step.forget(uuid)
            if outcome.alarm:
                self._journal.alarm(recovery, outcome.alarm)
        return None

    def _stand_still(self) -> Outcome | None:
        """Return what every step says while nothing may be done."""
        why = self._why_still()
        if not why:
            return None
        return Outcome(
            after=self._settings().host_watch_interval, message=why, alarm=why
        )

    def _mine(self, uuid: str) -> Recovery:
        """Return the recovery, leased to us for a while to come."""
        settings = self._settings()
        recovery = self._seen[uuid] = self._store.get(uuid)
        if recovery.state in states.FINAL:
            return recovery
        expires = recovery.lease_expires_at
        margin = datetime.timedelta(seconds=settings.lease / 3)
        if (
            recovery.owner == settings.owner
            and expires is not None
            and expires - self._clock.now() > margin
        ):
            return recovery
        return self._store.claim(uuid, settings.owner, settings.lease)

    def _tell(self, recovery: Recovery, outcome: Outcome) -> None:
        """Write down a new reason for waiting; once, not at every tick."""
        message, alarm = outcome.message, outcome.alarm
        if gist(message) == gist(recovery.message):
            alarm = recovery.message if alarm == message else alarm
        elif message:
            LOG.warning(
                'Recovery %s of %s waits: %s',
                recovery.uuid,
                recovery.host,
                message,
            )
            self._journal.amend(recovery, message=message)
        if alarm:
            self._journal.alarm(recovery, alarm)

    def _again(self, uuid: str, error: errors.RecoveryError) -> float:
        failures = self._failures.get(uuid, 0)
        self._failures[uuid] = failures + 1
        pause: float = self._settings().retry_interval * 2.0 ** min(
            failures, 10
        )
        pause = min(pause, MAX_PAUSE)
        LOG.warning(
            'Recovery %s: %s. Trying again in %.1f s', uuid, error, pause
        )
        if not failures and not isinstance(error, errors.StoreError):
            self._explain(uuid, str(error))
        now = self._clock.monotonic()
        since = self._failing_since.setdefault(uuid, now)
        if now - since >= self._settings().force_down_alarm:
            self._alarm(uuid, f'nothing goes on: {error}')
        return pause

    def _broke_off(self, uuid: str, error: Exception) -> float:
        """A defect of ours: told to people, tried again later."""
        LOG.error('Recovery %s: its step broke off', uuid, exc_info=error)
        self._alarm(
            uuid,
            f'its step broke off ({type(error).__name__}: {error}): a defect '
            'of nova-ha, please report it with the log. It is tried again '
            f'every {DEFECT_PAUSE:.0f} s',
        )
        return DEFECT_PAUSE

    def _alarm(self, uuid: str, message: str) -> None:
        recovery = self._seen.get(uuid)
        if recovery is not None:
            self._journal.alarm(recovery, message)

    def _went_well(self, uuid: str) -> None:
        self._failures.pop(uuid, None)
        self._failing_since.pop(uuid, None)

    def _explain(self, uuid: str, message: str) -> None:
        """Let whoever looks at the recovery see what it waits for."""
        try:
            self._journal.amend(self._store.get(uuid), message=message)
        except errors.StoreError as e:
            LOG.info('Recovery %s: not written down: %s', uuid, e)

    def _forget(self, uuid: str) -> None:
        self._went_well(uuid)
        self._seen.pop(uuid, None)
        for step in self._steps.values():
            step.forget(uuid)


def gist(message: str) -> str:
    """Return the message without what makes the same answer look new."""
    return REQUEST_ID.sub('', message)
