# SPDX-License-Identifier: Apache-2.0
"""Off, on and state with whatever can read and switch power.

The same for every kind of device: already off is success at once; else off
is sent, and only a read that is younger says that it happened. Runs in the
process of the action, so it imports nothing of nova-ha.
"""

from collections.abc import Callable
import contextlib
import threading
import time
from typing import Any
from typing import Protocol

#: Seconds between two reads grow by this up to LONGEST.
GROWTH = 1.5
LONGEST = 1.0
#: Seconds a power-on is watched; whether it is seen changes nothing.
WATCH_ON = 2.0
#: A read that fails so many seconds before the end failed for want of time.
CLOSE = 0.1

Request = dict[str, Any]
Result = dict[str, Any]


class Failure(Exception):
    """What a device did instead of what was asked.

    :ivar kind: a key of the table in :mod:`.messages`.
    """

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class Bmc(Protocol):
    """A device that we are logged in at. Every method may raise Failure."""

    @property
    def privilege(self) -> str:
        """The privilege that it has granted; empty where it does not tell."""

    def is_on(self) -> bool:
        """Ask it, now; False only where it says off and nothing else."""

    def power_down(self) -> None:
        """Have the power cut, without asking the operating system."""

    def power_up(self) -> None:
        """Have the host switched on."""

    def close(self) -> None:
        """Log out."""


#: Logs in with these parameters; monotonic time at which all must be over.
Open = Callable[[dict[str, Any], float], Bmc]


def perform(open_bmc: Open, request: Request) -> Result:
    """Return the result of the action; whatever goes wrong is a result."""
    try:
        return _logged_in(open_bmc, request)
    except Failure as failure:
        return {'failure': failure.kind, 'text': str(failure)}
    except OSError as error:
        # A name that is not known, a network that is not there.
        return {'failure': 'silent', 'text': error.strerror or str(error)}
    except Exception as error:  # libraries let garbage surface as anything
        text = f'not understood ({type(error).__name__}: {error})'
        return {'failure': 'device', 'text': _without_secrets(text, request)}


def _without_secrets(text: str, request: Request) -> str:
    for name in ('password', 'kg'):
        secret = request['login'].get(name)
        if secret:
            text = text.replace(secret, '***')
    return text


def _logged_in(open_bmc: Open, request: Request) -> Result:
    end = time.monotonic() + request['seconds']
    bmc = open_bmc(request['login'], end)
    try:
        result = _ACTIONS[request['action']](bmc, request, end)
    finally:
        with contextlib.suppress(Exception):  # the action counts
            bmc.close()
    return {**result, 'privilege': bmc.privilege}


def _state(bmc: Bmc, _request: Request, _end: float) -> Result:
    return {'on': bmc.is_on()}


def _off(bmc: Bmc, request: Request, end: float) -> Result:
    """Bring about off and see it: the last read is younger than the off."""
    asked = time.monotonic()
    if not bmc.is_on():
        return _verified(asked, was_running=False)
    refusal = _refusal(bmc)
    began = time.monotonic()
    pause = request['poll_interval']
    stuck: Failure | None = None
    while True:
        asked = time.monotonic()
        # Off twice in a row: no read while the power collapses counts.
        if not _on_still(bmc, end, stuck) and not _on_still(bmc, end, stuck):
            return _verified(asked, was_running=True)
        if refusal is not None:
            raise refusal
        now = time.monotonic()
        stuck = Failure('stuck', f'{now - began:.1f}')
        if now + pause >= end:
            raise stuck
        _pause(pause)
        pause = min(pause * GROWTH, LONGEST)


def _on_still(bmc: Bmc, end: float, stuck: Failure | None) -> bool:
    """Read; a read that time ran out for hides nothing that was seen before.

    :param stuck: the failure to be told then; None if nothing was seen.
    """
    try:
        return bmc.is_on()
    except Failure as failure:
        over = time.monotonic() >= end - CLOSE
        if stuck is not None and failure.kind == 'silent' and over:
            raise stuck from None
        raise


def _refusal(bmc: Bmc) -> Failure | None:
    """Send the power-off; what counts is what the next read says.

    A host that went off in this moment makes some BMCs refuse.
    """
    try:
        bmc.power_down()
    except Failure as failure:
        if failure.kind == 'silent':
            raise
        return failure
    return None


def _on(bmc: Bmc, request: Request, end: float) -> Result:
    if bmc.is_on():
        return {'on': True}
    bmc.power_up()
    end = min(end, time.monotonic() + WATCH_ON)
    pause = request['poll_interval']
    while not bmc.is_on():
        if time.monotonic() + pause >= end:
            return {'on': False}
        _pause(pause)
        pause = min(pause * GROWTH, LONGEST)
    return {'on': True}


def _verified(asked: float, was_running: bool) -> Result:
    """Return the result of a read that said off.

    :param asked: monotonic time at which the BMC was asked.
    """
    age = time.monotonic() - asked
    return {'on': False, 'was_running': was_running, 'age': age}


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)


_ACTIONS = {'state': _state, 'off': _off, 'on': _on}
