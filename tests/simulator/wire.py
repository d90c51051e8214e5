# SPDX-License-Identifier: Apache-2.0
"""Between a process and a port: every call can fail, stall or be its last."""

from collections.abc import Callable
import dataclasses
import functools
from typing import Any

from tests.simulator.process import Process
from tests.simulator.timeline import Timeline

BEFORE = 'before'
AFTER = 'after'

FAR = frozenset({'cluster', 'compute', 'images', 'power'})
"""Ports that lead out of the machine."""


@dataclasses.dataclass
class Fault:
    """What happens to the next calls of one method.

    :ivar when: before the effect, or after it (the answer is lost).
    :ivar error: raised; None for a crash or a mere delay.
    """

    port: str
    method: str
    when: str = BEFORE
    error: Exception | None = None
    crash: bool = False
    delay: float = 0.0
    times: int = 1
    only: Callable[..., bool] = lambda *_args, **_kwargs: True


class Faults:
    """The faults that wait for their call."""

    def __init__(self) -> None:
        self.armed: list[Fault] = []
        self.calls: dict[tuple[str, str], int] = {}

    def add(self, fault: Fault) -> Fault:
        self.armed.append(fault)
        return fault

    def clear(self) -> None:
        self.armed.clear()

    def take(self, port: str, method: str, args: Any) -> list[Fault]:
        """Return the faults of this call, used up by it."""
        key = (port, method)
        self.calls[key] = self.calls.get(key, 0) + 1
        due = [
            f
            for f in self.armed
            if f.port == port and f.method in (method, '*') and f.only(*args)
        ]
        for fault in due:
            fault.times -= 1
        self.armed = [f for f in self.armed if f.times > 0]
        return due


class Wire:
    """A port as one process sees it."""

    def __init__(
        self,
        name: str,
        port: Any,
        process: Process,
        timeline: Timeline,
        faults: Faults,
    ) -> None:
        self._name = name
        self._port = port
        self._process = process
        self._timeline = timeline
        self._faults = faults

    def __getattr__(self, method: str) -> Any:
        return functools.partial(self._call, method)

    def _call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        self._process.check()
        faults = self._faults.take(self._name, method, args)
        self._suffer([f for f in faults if f.when == BEFORE])
        result = getattr(self._port, method)(*args, **kwargs)
        self._process.check()
        self._suffer([f for f in faults if f.when == AFTER])
        return result

    def _suffer(self, faults: list[Fault]) -> None:
        for fault in faults:
            if fault.delay:
                self._timeline.sleep(fault.delay)
            if fault.crash:
                self._process.kill()
            # What has been sent arrives, though its sender may be dead.
            if fault.crash or self._name not in FAR:
                self._process.check()
            if fault.error is not None:
                raise fault.error
