# SPDX-License-Identifier: Apache-2.0
"""A daemon's process: it can be killed at any call it makes."""

from collections.abc import Callable
from concurrent import futures
from typing import Any

from tests.simulator.timeline import Timeline


class Crash(BaseException):
    """kill -9: unwinds what a thread was doing; nobody handles it."""


class Process:
    """What dies at once: none of its threads gets past its next call."""

    def __init__(self) -> None:
        self.alive = True

    def kill(self) -> None:
        self.alive = False

    def check(self) -> None:
        """Go no further if the process is dead."""
        if not self.alive:
            raise Crash

    def play(self, action: Callable[[], None]) -> None:
        """Do what one of its threads does, to its end or the crash."""
        if not self.alive:
            return
        try:
            action()
        except Crash:
            assert not self.alive


class SimFuture(futures.Future[Any]):
    """Waiting for it lets time pass."""

    def __init__(self, timeline: Timeline, process: Process) -> None:
        super().__init__()
        self._timeline = timeline
        self._process = process

    def result(self, timeout: float | None = None) -> Any:
        self._timeline.run_until(
            lambda: self.done() or not self._process.alive,
            3600.0 if timeout is None else timeout,
        )
        self._process.check()
        return super().result(0)


class SimExecutor(futures.Executor):
    """A pool of so many workers."""

    def __init__(
        self, timeline: Timeline, process: Process, size: int
    ) -> None:
        self._timeline = timeline
        self._process = process
        self._size = size
        self._running = 0
        self._waiting: list[Callable[[], None]] = []
        self.most_running = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> SimFuture:
        self._process.check()
        future = SimFuture(self._timeline, self._process)
        self._waiting.append(lambda: self._run(future, fn, args, kwargs))
        self._start()
        return future

    def _start(self) -> None:
        while self._waiting and self._running < self._size:
            self._running += 1
            self.most_running = max(self.most_running, self._running)
            action = self._waiting.pop(0)
            self._timeline.after(
                0.0, lambda action=action: self._process.play(action)
            )

    def _run(self, future: SimFuture, fn: Any, args: Any, kwargs: Any) -> None:
        try:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except Exception as e:  # whoever asks the future gets it
                future.set_exception(e)
            else:
                future.set_result(result)
        finally:
            self._running -= 1
            if self._process.alive:
                self._start()

    def shutdown(
        self, wait: bool = True, *, cancel_futures: bool = False
    ) -> None:
        self._waiting.clear()
