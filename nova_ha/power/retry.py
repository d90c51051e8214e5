# SPDX-License-Identifier: Apache-2.0
"""Trying again inside the deadline, one device after the other.

Pacemaker gives a target up after ten failed attempts, and an agent that
fails fast burns them in seconds. So a failure is not reported while there
is time: the BMC may come back, the switch may be replugged. Even a refused
password is tried again, for BMCs refuse good ones while they start or are
short of sessions, but slowly, for they also lock users out.

Where there are several devices, the next one is tried at once; a pause
comes only when each has had its turn. An attempt may take no more than its
fair share of the time that is left, so that no dead BMC eats up the time of
the devices behind it.

What is raised in the end is the error of the last attempt, unless that was
cut short by the deadline: then the one before it says more. Of several
devices each has its say.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses
from typing import Generic
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
#: Seconds; with less left for each device, no further attempt begins.
LAST = 1.0
#: A pause is over so many seconds before its end: floats are not exact.
EARLY = 1e-6
#: Errors of attempts that ran out of time; being cut short explains them.
SLOW = (errors.PowerUnreachable, errors.PowerStuck)
#: Of several devices' errors, the kind that asks most for a person's eye.
TELLING: Sequence[type[errors.PowerError]] = (
    errors.PowerStuck,
    errors.PowerAuthError,
    errors.PowerDeviceError,
    errors.PowerUnreachable,
)

Result = TypeVar('Result')


def sooner(deadline: Deadline, seconds: float) -> Deadline:
    """Return the earlier of the deadline and so many seconds from now."""
    other = Deadline.after(seconds, deadline.monotonic)
    return other if other.at < deadline.at else deadline


def shared(deadline: Deadline, seconds: float, waiting: int) -> Deadline:
    """Return the end of an attempt that others wait behind.

    :param seconds: what it may take at most.
    :param waiting: how many of them; each may have as much as this one.
    """
    share = deadline.remaining() / (waiting + 1)
    return sooner(deadline, min(seconds, share) if waiting else seconds)


@dataclasses.dataclass(slots=True)
class Try(Generic[Result]):
    """What is to be attempted with one device.

    :ivar name: the device's driver.
    :ivar attempt: one attempt, which ends by the deadline.
    :ivar decides: its success ends it all; that of another one is just no
        longer attempted.
    :ivar due: no attempt before then (monotonic), unless it is the last.
    :ivar told: the error that says most of this device.
    """

    name: str
    attempt: Callable[[Deadline], Result]
    decides: bool = True
    due: float = 0.0
    count: int = 0
    told: errors.PowerError | None = None
    last: str = ''

    def failed(
        self, error: errors.PowerError, cut_short: bool, now: float
    ) -> bool:
        """Note a failure; return whether it is another than before."""
        if isinstance(error, errors.PowerAuthError):
            self.due = now + PAUSE_REFUSED
        self.count += 1
        if self.told is None or not (cut_short and isinstance(error, SLOW)):
            self.told = error
        news, self.last = str(error) != self.last, str(error)
        return news


class Attempts(Generic[Result]):
    """One action, attempted until it succeeds or its time is up.

    :param action: what is attempted, for example ``power-off``.
    :param host: with whom.
    :ivar failures: the error of every failed attempt, in order.
    """

    def __init__(
        self,
        action: str,
        host: str,
        deadline: Deadline,
        surroundings: Surroundings,
    ) -> None:
        self._action = action
        self._host = host
        self._deadline = deadline
        self._surroundings = surroundings
        self.failures: list[errors.PowerError] = []

    def run(self, tries: Sequence[Try[Result]]) -> Result:
        """Return what the first success of a try that decides returns.

        :raises PowerError: there was none.
        """
        began = self._deadline.monotonic()
        left = list(tries)
        turn = left
        while True:
            for one, end, cut_short in self._round(turn):
                try:
                    result = one.attempt(end)
                except errors.PowerUnsupported as error:
                    one.told = error
                    left = [other for other in left if other is not one]
                except errors.PowerError as error:
                    self._note(one, error, cut_short)
                else:
                    if one.decides:
                        return result
                    left = [other for other in left if other is not one]
            if not any(one.decides for one in left) or not self._pause(left):
                seconds = self._deadline.monotonic() - began
                raise self._final(tries, seconds)
            turn = self._due(left)

    def _round(
        self, turn: Sequence[Try[Result]]
    ) -> Iterator[tuple[Try[Result], Deadline, bool]]:
        """Yield each try with the end of its attempt, and whether that is
        sooner than it would be with all the time in the world.
        """
        for position, one in enumerate(turn):
            if position and self._surroundings.stop.is_set():
                return
            limit = self._surroundings.conf.power.attempt_timeout
            waiting = len(turn) - position - 1
            end = shared(self._deadline, limit, waiting)
            yield one, end, end.remaining() < limit - EARLY

    def _note(
        self, one: Try[Result], error: errors.PowerError, cut_short: bool
    ) -> None:
        self.failures.append(error)
        news = one.failed(error, cut_short, self._deadline.monotonic())
        LOG.log(
            logging.WARNING if news else logging.DEBUG,
            '%s of %s, attempt %d by %s failed: %s',
            self._action,
            self._host,
            one.count,
            one.name,
            error,
        )

    def _pause(self, tries: Sequence[Try[Result]]) -> bool:
        """Wait for the next turn; return whether there is time for it."""
        left = self._deadline.remaining()
        last = LAST * len(tries)
        if left <= last:
            return False
        now = self._deadline.monotonic()
        for one in tries:
            one.due = max(one.due, now + PAUSE)
        pause = min(one.due for one in tries) - now
        # Rather one more attempt at the end than a whole pause.
        return not self._surroundings.stop.wait(min(pause, left - last))

    def _due(self, tries: Sequence[Try[Result]]) -> list[Try[Result]]:
        """Return whose turn it is; everybody's if there is no other."""
        if self._deadline.remaining() <= LAST * len(tries) + EARLY:
            return list(tries)
        now = self._deadline.monotonic() + EARLY
        return [one for one in tries if one.due <= now]

    def _final(
        self, tries: Sequence[Try[Result]], seconds: float
    ) -> errors.PowerError:
        count = len(self.failures)
        effort = f' ({count} attempts in {seconds:.0f} s)' if count > 1 else ''
        if count > 1 and self._surroundings.stop.is_set():
            effort += '; given up because the service is stopping'
        told = [(one.name, one.told) for one in tries if one.told is not None]
        error = together(self._action, self._host, told, effort)
        if self.failures:
            error.__cause__ = self.failures[-1]
        return error


def together(
    action: str,
    host: str,
    told: Sequence[tuple[str, errors.PowerError]],
    effort: str = '',
) -> errors.PowerError:
    """Return one error for those of all devices, each with its driver.

    :param effort: how much was tried, to be said of them all.
    """
    if len(told) == 1:
        error = told[0][1]
        return type(error)(f'{error}{effort}')
    kinds = {type(error) for _name, error in told}
    kind = next(
        (one for one in TELLING if one in kinds), errors.PowerUnsupported
    )
    each = '; '.join(
        f'({number}) {name}: {str(error).removeprefix(f"{host}: ")}'
        for number, (name, error) in enumerate(told, 1)
    )
    return kind(f'{host}: {action} failed on every device{effort}: {each}')


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
