# SPDX-License-Identifier: Apache-2.0
"""Looks at something again and again, and bears that nobody answers."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime
import threading
import time
from typing import Any

from osc_lib import exceptions

from nova_ha.osc import client
from nova_ha.osc import errors
from nova_ha.osc import finding
from nova_ha.osc import text

REQUEST = 10.0
"""Seconds for each answer; the next try is better than a long wait."""

REFUSALS = 3
"""So often in a row may a token be refused. A new one is fetched each time,
if the way the user has logged in allows it.
"""


class Late(exceptions.CommandError):
    """What was waited for has not come in time."""


@dataclasses.dataclass(frozen=True, slots=True)
class Pace:
    """How it is looked at.

    :ivar interval: seconds between two looks.
    :ivar patience: seconds without any answer until it is given up.
    :ivar timeout: seconds for everything; None: without end.
    :ivar pause: waits that many seconds.
    :ivar clock: seconds since some moment.
    """

    interval: float = 1.0
    patience: float = 600.0
    timeout: float | None = None
    pause: Callable[[float], object] = threading.Event().wait
    clock: Callable[[], float] = time.monotonic


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """The newest answer there is.

    :ivar now: the service's time.
    :ivar trouble: why there is none that is newer; '' where it is new.
    """

    answer: Mapping[str, Any]
    now: datetime.datetime
    trouble: str = ''


def recovery(api: client.Client, uuid: str, pace: Pace) -> Iterator[Seen]:
    """Yield what is seen, without end; the caller knows when it is enough.

    The first look must succeed; only then is it known that all is well with
    what was asked.

    :raises errors.ServiceError: the service says no, or has said nothing for
        too long.
    :raises Late: the time is up.
    """
    return _every(
        _Looks(api, pace),
        ('recoveries', uuid),
        lambda answer: f'recovery {uuid} is {answer["recovery"]["state"]}',
    )


def power(api: client.Client, host: str, pace: Pace) -> Iterator[Seen]:
    """Yield what is read of a host's power, without end.

    :raises errors.ServiceError: as :func:`recovery`.
    :raises Late: the time is up.
    """
    return _every(
        _Looks(api, pace),
        ('hosts', host, 'power'),
        lambda answer: f'the power of {host} is {answer["power"]}',
    )


def of_host(
    api: client.Client, host: str, pace: Pace, tell: Callable[[str], None]
) -> str:
    """Return the uuid of a host's active recovery, once it has one.

    :param tell: is told, once, that there is none yet.
    :raises errors.ServiceError: as :func:`recovery`.
    :raises Late: the time is up.
    """
    host = finding.host(api, host)
    looks = _Looks(api, pace)
    told = False
    seen = None
    while True:
        seen = looks.again(seen, 'recoveries', host=host, active=True, limit=1)
        if seen.answer['recoveries']:
            return str(seen.answer['recoveries'][0]['uuid'])
        if not told:
            tell(f'{host} has no active recovery; waiting for one.')
            told = True
        looks.wait(f'{host} has no active recovery')


def _every(
    looks: '_Looks',
    path: Sequence[str],
    standing: Callable[[Mapping[str, Any]], str],
) -> Iterator[Seen]:
    seen = None
    while True:
        seen = looks.again(seen, *path)
        yield seen
        looks.wait(standing(seen.answer))


class _Looks:
    def __init__(self, api: client.Client, pace: Pace) -> None:
        self._api = api
        self._pace = pace
        self._began = self._heard = pace.clock()
        self._refused = 0

    def again(self, before: Seen | None, *path: str, **query: Any) -> Seen:
        """Return a new answer, or the one before with what is the matter."""
        try:
            answer = self._api.ask('GET', *path, query=query, timeout=REQUEST)
        except errors.ServiceError as error:
            if before is None or not self._bears(error):
                raise
            return self._without(before, error)
        self._heard, self._refused = self._pace.clock(), 0
        return Seen(answer.body, answer.at)

    def wait(self, standing: str) -> None:
        """Let the interval pass.

        :param standing: how things are, for whoever waits no longer.
        """
        timeout, seconds = self._pace.timeout, self._pace.interval
        if timeout is not None:
            left = self._began + timeout - self._pace.clock()
            if left <= 0:
                raise Late(
                    f'After {text.span(timeout)} {standing}. Nothing was '
                    'stopped: nova-ha goes on.'
                )
            seconds = min(seconds, left)
        self._pace.pause(seconds)

    def _bears(self, error: errors.ServiceError) -> bool:
        if error.status == 401:
            self._refused += 1
            return self._refused < REFUSALS
        silent = self._pace.clock() - self._heard
        return error.away and silent < self._pace.patience

    def _without(self, before: Seen, error: errors.ServiceError) -> Seen:
        silent = self._pace.clock() - self._heard
        passed = datetime.timedelta(seconds=self._pace.interval)
        return Seen(
            before.answer,
            before.now + passed,
            f'No answer for {text.span(silent)}; trying again. {error}',
        )
