# SPDX-License-Identifier: Apache-2.0
"""A thread that does one thing again and again until it is stopped."""

from collections.abc import Callable
import logging
import threading

from nova_ha.recovery import errors

LOG = logging.getLogger(__name__)

SETTLE = 0.25
"""Seconds between a wake and its turn: who wakes once often wakes twice."""


class Periodic:
    """Calls ``action`` every ``interval()`` seconds.

    :ivar interval: asked anew after each turn.
    :ivar turns: counts the calls that came to their end, so that a
        watchdog can see that the loop turns.
    :ivar woken: called by each :meth:`wake`; whoever turns the loop by a
        clock of his own listens here.
    """

    def __init__(
        self,
        name: str,
        action: Callable[[], None],
        interval: Callable[[], float],
    ) -> None:
        self.name = name
        self.interval = interval
        self._action = action
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(
            target=self._loop, name=name, daemon=True
        )
        self.turns = 0
        self.woken: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin to turn."""
        self._thread.start()

    def wake(self) -> None:
        """Turn soon; never waits, and many calls make one turn."""
        self._wake.set()
        self.woken()

    def stop(self, timeout: float) -> None:
        """Stop and wait so many seconds for the call under way."""
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout)

    def is_alive(self) -> bool:
        """Whether the loop is still turning."""
        return self._thread.is_alive()

    def turn(self) -> None:
        """Call the action once; what it raises is logged, never lost."""
        try:
            self._action()
        except errors.RecoveryError as e:
            LOG.warning('%s: %s', self.name, e)
        except Exception:  # one bad turn must not end the loop
            LOG.exception('%s broke off', self.name)
        self.turns += 1

    def _loop(self) -> None:
        while not self._stop.is_set():
            self.turn()
            if self._wake.wait(self.interval()):
                self._stop.wait(SETTLE)
            self._wake.clear()
