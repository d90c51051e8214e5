# SPDX-License-Identifier: Apache-2.0
"""No cluster manager: the demonstration does by hand what one would do."""

from collections.abc import Iterator
from concurrent import futures
import contextlib
import time

from tests.lab import agent_call
from tests.lab import recovery
from tests.lab.agent_call import Called
from tests.lab.demo import timeline
from tests.lab.demo.live import Live
from tests.lab.demo.manager import Fence
from tests.lab.demo.stage import Stage
from tests.lab.errors import LabError

PATIENCE = 20.0
"""Seconds that nova-ha may ask for a restart of nova-compute before the
operator does it."""


class ByHand:
    """Calls the fence agent as Pacemaker does."""

    events = timeline.EVENTS

    def __init__(self, stage: Stage, live: Live) -> None:
        self.began = 0.0
        self._host = stage.host
        self._socket = stage.fencer.socket
        self._say = stage.progress.say
        self._live = live
        self._calling: futures.Future[Called] | None = None
        self._asked_since: float | None = None

    def fail(self) -> str:
        """The operating system hangs, and nova-compute with it."""
        self._host.crash()
        return 'nova-compute is gone'

    @contextlib.contextmanager
    def fencing(self) -> Iterator[None]:
        """Call the agent."""
        self._say('Pacemaker asks for a fence; the agent reads on its stdin:')
        device = {'socket': str(self._socket)}
        for each in agent_call.lines('off', self._host.name, device).split():
            self._say(f'    {each}')
        with futures.ThreadPoolExecutor(1) as pool:
            self.began = time.time()
            self._calling = pool.submit(
                agent_call.call, 'off', self._host.name, self._socket
            )
            yield

    def fence(self, _found: recovery.Json | None) -> Fence:
        """From before the agent's process is made until it is gone."""
        if self._calling is None or not self._calling.done():
            return Fence(requested=self.began)
        called = self._calling.result()
        if called.code:
            raise LabError(
                f'the fence agent failed with code {called.code}: '
                f'{called.errors}'
            )
        return Fence(requested=called.started, answered=called.ended)

    def power_on(self) -> str:
        """By the agent."""
        called = agent_call.call('on', self._host.name, self._socket)
        if called.code:
            raise LabError(f'the fence agent failed: {called.errors}')
        return 'The host was powered on, by the agent\'s action=on.'

    def view(self) -> str:
        """Nobody looks after the host."""
        return ''

    def help(self, message: str) -> None:
        """Restart nova-compute once more if nova-ha goes on asking for it."""
        if not message.startswith('restart nova-compute'):
            self._asked_since = None
        elif self._asked_since is None:
            self._asked_since = time.monotonic()
        elif time.monotonic() - self._asked_since > PATIENCE:
            self._live.say(f'  nova-ha says: {message}\n  The operator does.')
            self._host.restart_compute()
            self._asked_since = None
