# SPDX-License-Identifier: Apache-2.0
"""Asks somebody slow once for all who want to know."""

from collections.abc import Callable
from collections.abc import Hashable
from concurrent import futures
import functools
import threading
import time
from typing import Generic
from typing import TypeVar

Key = TypeVar('Key', bound=Hashable)
Value = TypeVar('Value')

MAX_AGE = 2.0
"""Seconds for which an answer, or a failure, serves whoever asks next."""

PATIENCE = 5.0
"""Seconds that somebody waits for an answer."""

REMEMBERED = 32
"""Questions of one kind whose answers are kept at the same time."""


class Look(Generic[Value]):
    """One question, under way at most once at any moment.

    Whoever asks while it is under way waits for the same answer, so that a
    hundred people cost what one does, and a dead nova holds one thread.

    :param ask: gives the answer, or raises what all who wait are to get.
    :param late: makes of a text what is raised when there is none in time;
        what was asked goes on, and its answer is there for whoever asks again.
    """

    def __init__(
        self,
        what: str,
        ask: Callable[[], Value],
        late: Callable[[str], Exception],
        max_age: float = MAX_AGE,
        patience: float = PATIENCE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._what = what
        self._ask = ask
        self._late = late
        self._max_age = max_age
        self._patience = patience
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._flight: futures.Future[Value] | None = None
        self._landed_at = 0.0

    def begin(self) -> None:
        """Ask, unless there is a fresh answer; wait for nobody."""
        self._join()

    def get(self, ask: Callable[[], Value] | None = None) -> Value:
        """Return the answer.

        Raises what ``ask`` raises, or ``late`` makes.

        :param ask: to ask with if it is asked for this caller.
        """
        try:
            return self._join(ask).result(self._patience)
        except futures.TimeoutError:
            raise self._late(
                f'{self._what} has not answered within {self._patience:g} s'
            ) from None

    def _join(
        self, ask: Callable[[], Value] | None = None
    ) -> 'futures.Future[Value]':
        with self._lock:
            flight = self._flight
            if flight is None or self._is_old(flight):
                flight = self._flight = futures.Future()
                # No pool: a thread that hangs must not keep the process.
                threading.Thread(
                    target=self._fly,
                    args=(flight, ask or self._ask),
                    name=f'look-{self._what}',
                    daemon=True,
                ).start()
            return flight

    def _is_old(self, flight: 'futures.Future[Value]') -> bool:
        age = self._monotonic() - self._landed_at
        return flight.done() and age >= self._max_age

    def _fly(
        self, flight: 'futures.Future[Value]', ask: Callable[[], Value]
    ) -> None:
        try:
            value = ask()
        except BaseException as e:  # whatever it is, it is the answer
            self._landed_at = self._monotonic()
            flight.set_exception(e)
        else:
            self._landed_at = self._monotonic()
            flight.set_result(value)


class Looks(Generic[Key, Value]):
    """A look for each of many things that the same is asked about.

    Takes what a :class:`Look` takes, but for what asks.
    """

    def __init__(
        self,
        what: str,
        late: Callable[[str], Exception],
        max_age: float = MAX_AGE,
        patience: float = PATIENCE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make = functools.partial(
            Look[Value],
            what,
            late=late,
            max_age=max_age,
            patience=patience,
            monotonic=monotonic,
        )
        self._lock = threading.Lock()
        self._kept: dict[Key, Look[Value]] = {}

    def get(self, key: Key, ask: Callable[[], Value]) -> Value:
        """Return the answer about this one, with what others were told if it
        is there.

        Raises what ``ask`` raises, or ``late`` makes.
        """
        return self._at(key, ask).get(ask)

    def forget(self) -> None:
        """Keep no answer, nor what is being answered at this moment."""
        with self._lock:
            self._kept.clear()

    def _at(self, key: Key, ask: Callable[[], Value]) -> Look[Value]:
        with self._lock:
            look = self._kept.get(key)
            if look is None:
                if len(self._kept) >= REMEMBERED:
                    self._kept.clear()
                look = self._kept[key] = self._make(ask=ask)
            return look
