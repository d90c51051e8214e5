# SPDX-License-Identifier: Apache-2.0
"""Trying again inside the deadline.

Pacemaker gives a target up after ten failed attempts, and an agent that
fails fast burns them in seconds. So a failure is not reported while there
is time: the BMC may come back, the switch may be replugged. Even a refused
password is tried again, for BMCs refuse good ones while they start or are
short of sessions, but slowly, for they also lock users out.

What is raised in the end is the error of the last attempt, unless that was
cut short by the deadline: then the one before it says more.
"""

from collections.abc import Callable
from collections.abc import Sequence
import dataclasses
from typing import TypeVar

from oslo_log import log as logging

from nova_ha.power.options import Surroundings
from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import OffProof

LOG = logging.getLogger(__name__)

#: Seconds between attempts that another try may cure.
PAUSE = 1.0
#: Seconds between attempts that were refused for user or password.
PAUSE_REFUSED = 10.0
#: Seconds; with less left, no further attempt begins.
LAST = 1.0
#: Errors of attempts that ran out of time; being cut short explains them.
SLOW = (errors.PowerUnreachable, errors.PowerStuck)

Result = TypeVar('Result')


def sooner(deadline: Deadline, seconds: float) -> Deadline:
    """Return the earlier of the deadline and so many seconds from now."""
    other = Deadline.after(seconds, deadline.monotonic)
    return other if other.at < deadline.at else deadline


class Attempts:
    """One action, attempted until it succeeds or its time is up.

    :param action: what is attempted, for the log.
    :ivar failures: the error of every failed attempt, in order.
    """

    def __init__(
        self, action: str, deadline: Deadline, surroundings: Surroundings
    ) -> None:
        self._action = action
        self._deadline = deadline
        self._surroundings = surroundings
        self._told: errors.PowerError | None = None
        self.failures: list[errors.PowerError] = []

    def run(self, attempt: Callable[[Deadline], Result]) -> Result:
        """Return what the first successful attempt returns.

        :raises PowerError: none succeeded.
        """
        began = self._deadline.monotonic()
        while True:
            limit = self._surroundings.conf.power.attempt_timeout
            end = sooner(self._deadline, limit)
            try:
                return attempt(end)
            except errors.PowerUnsupported:
                raise
            except errors.PowerError as error:
                self._note(error, cut_short=end is self._deadline)
            if not self._another():
                seconds = self._deadline.monotonic() - began
                raise self._final(seconds) from self.failures[-1]

    def _note(self, error: errors.PowerError, cut_short: bool) -> None:
        news = not self.failures or str(error) != str(self.failures[-1])
        self.failures.append(error)
        if self._told is None or not (cut_short and isinstance(error, SLOW)):
            self._told = error
        LOG.log(
            logging.WARNING if news else logging.DEBUG,
            '%s, attempt %d failed: %s',
            self._action,
            len(self.failures),
            error,
        )

    def _another(self) -> bool:
        """Pause; return whether there is time for another attempt."""
        refused = isinstance(self.failures[-1], errors.PowerAuthError)
        pause = PAUSE_REFUSED if refused else PAUSE
        left = self._deadline.remaining()
        if left <= LAST:
            return False
        # Rather one more attempt at the end than a whole pause.
        stopping = self._surroundings.stop.wait(min(pause, left - LAST))
        return not stopping

    def _final(self, seconds: float) -> errors.PowerError:
        assert self._told is not None
        count = len(self.failures)
        text = f'{self._told} ({count} attempts in {seconds:.0f} s)'
        if self._surroundings.stop.is_set():
            text += '; given up because the service is stopping'
        return type(self._told)(text if count > 1 else str(self._told))


def honest(proof: OffProof, failures: Sequence[errors.PowerError]) -> OffProof:
    """Return the proof without claiming more than all attempts know.

    Found off after an attempt that may have switched it off, a host was not
    necessarily off before.
    """
    if proof.was_running is not False or not failures:
        return proof
    if any(isinstance(error, errors.PowerStuck) for error in failures):
        return dataclasses.replace(proof, was_running=True)
    return dataclasses.replace(proof, was_running=None)
