# SPDX-License-Identifier: Apache-2.0
"""The engine as a process of the simulated world."""

from collections.abc import Callable
from typing import Any
from typing import TypeVar

from nova_ha.engine.engine import Engine
from nova_ha.engine.intake import Fenced
from nova_ha.engine.periodic import Periodic
from nova_ha.engine.periodic import SETTLE
from nova_ha.engine.policy import RulesPolicy
from nova_ha.engine.pools import Pools
from nova_ha.engine.settings import Settings
from nova_ha.engine.world import World as Ports
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.rules import Rules
from tests.simulator.process import Crash
from tests.simulator.process import Process
from tests.simulator.process import SimExecutor
from tests.simulator.timeline import Timeline
from tests.simulator.wire import Faults
from tests.simulator.wire import Wire

Answer = TypeVar('Answer')


class AnswerLost(Exception):
    """The daemon died before it answered."""


class Daemon:
    """One controller's daemon, from its start to its crash."""

    def __init__(
        self,
        ports: dict[str, Any],
        timeline: Timeline,
        faults: Faults,
        settings: Settings,
        rules: Callable[[], Rules] | None = None,
    ) -> None:
        """Start one.

        :param rules: None lets it evacuate everything.
        """
        self.process = Process()
        self.settings = settings
        self._timeline = timeline
        wired: dict[str, Any] = {
            name: Wire(name, port, self.process, timeline, faults)
            for name, port in ports.items()
            if port is not None
        }
        if rules is not None:
            wired['policy'] = RulesPolicy(rules, wired['compute'], timeline)
        self.pools = Pools(
            fencing=self._pool(4),
            reads=self._pool(2),
            hosts=self._pool(3),
            evacuations=self._pool(4),
            gates=self._pool(2),
            probes=self._pool(2),
        )
        self.engine = Engine(
            Ports(clock=timeline, **wired),
            self.pools,
            lambda: self.settings,
        )
        timeline.turners.append(self._turn)
        for loop in self.engine.loops:
            self._loop(loop)

    def fence(
        self,
        host: str,
        seconds: float,
        origin: str = 'pacemaker',
        power_on: bool = False,
    ) -> Fenced:
        """Ask as the fence agent does.

        :raises AnswerLost: the daemon is dead, or dies over it.
        """
        if not self.process.alive:
            raise AnswerLost
        deadline = Deadline.after(seconds, self._timeline.monotonic)
        return self.ask(
            lambda: self.engine.intake.fence(
                host, origin, 'fence target', deadline, power_on
            )
        )

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """Let a caller's thread do its work here.

        :raises AnswerLost: the daemon dies over it.
        """
        try:
            return question()
        except Crash:
            raise AnswerLost from None

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()

    def _pool(self, size: int) -> Any:
        return SimExecutor(self._timeline, self.process, size)

    def _turn(self) -> float | None:
        if not self.process.alive:
            self._timeline.turners.remove(self._turn)
            return None
        return self.engine.conductor.turn()

    def _loop(self, loop: Periodic) -> None:
        """Turn the loop by the world's clock, and soon after a wake."""
        due = 0.0
        turning = again = False

        def turn(at: float) -> None:
            nonlocal turning, again
            if turning or at != due:
                return  # another turn has taken this one's place
            turning, again = True, False
            loop.turn()
            turning = False
            plan(SETTLE if again else loop.interval())

        def plan(seconds: float) -> None:
            nonlocal due
            due = at = self._timeline.monotonic() + seconds
            self._timeline.after(
                seconds, lambda: self.process.play(lambda: turn(at))
            )

        def woken() -> None:
            nonlocal again
            again = True
            if not turning and due > self._timeline.monotonic() + SETTLE:
                plan(SETTLE)

        loop.woken = woken
        plan(0.0)
