# SPDX-License-Identifier: Apache-2.0
"""Threads of which exactly one runs: whoever waits hands the stage on.

So code that blocks is played as it is, and its order is the same each time.
"""

from collections.abc import Callable
import threading


class Closed(BaseException):
    """The world has ended; unwinds whoever still waits in it."""


def _closed_gate() -> threading.Lock:
    """Return a lock that the first to come waits at (the fastest way)."""
    gate = threading.Lock()
    gate.acquire()
    return gate


class Actor:
    """A thread that plays one action at a time."""

    def __init__(self, stage: 'Stage') -> None:
        self._stage = stage
        self.cue = _closed_gate()
        self.action: Callable[[], None] = lambda: None
        self.thread = threading.Thread(target=self._live, daemon=True)
        self.thread.start()

    def _live(self) -> None:
        while True:
            self.cue.acquire()
            if self._stage.closed:
                return
            try:
                self.action()
            except Closed:
                return
            except BaseException as e:  # the test has to see it
                self._stage.failure = e
            self._stage.idle.append(self)
            self._stage.main.release()


class Stage:
    """Where one actor at a time is.

    :ivar current: None while the test itself runs.
    """

    def __init__(self) -> None:
        self.main = _closed_gate()
        self.current: Actor | None = None
        self.idle: list[Actor] = []
        self.actors: list[Actor] = []
        self.failure: BaseException | None = None
        self.closed = False

    def play(self, action: Callable[[], None]) -> None:
        """Let an actor play the action, to its end or its first wait."""
        if not self.idle:
            actor = Actor(self)
            self.actors.append(actor)
            self.idle.append(actor)
        actor = self.idle.pop()
        actor.action = action
        self.resume(actor)

    def resume(self, actor: Actor) -> None:
        """Let an actor go on, to its end or its next wait."""
        self.current = actor
        actor.cue.release()
        self.main.acquire()
        self.current = None
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure

    def leave(self, actor: Actor) -> None:
        """Leave the stage until resumed; called by the actor itself."""
        self.main.release()
        actor.cue.acquire()
        if self.closed:
            raise Closed

    def close(self) -> None:
        """Send every actor home."""
        self.closed = True
        for actor in self.actors:
            actor.cue.release()
        for actor in self.actors:
            actor.thread.join(5)
