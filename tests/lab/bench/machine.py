# SPDX-License-Identifier: Apache-2.0
"""Who had the processors meanwhile: the cloud, the client, or somebody else.

On a machine where nova can use all it is given, a run is only as good as the
machine was quiet. So everybody's share is written down with it.
"""

from collections.abc import Callable
from collections.abc import Iterable
import dataclasses
import os
import pathlib
import time

from tests.lab import processes
from tests.lab.lab import Lab

TICK = 1 / os.sysconf('SC_CLK_TCK')


@dataclasses.dataclass(frozen=True)
class Usage:
    """CPU seconds between two looks.

    :ivar others: what neither the lab, the client nor the benchmark used.
    :ivar share: of the others in all the processors could have done.
    """

    cloud: float
    others: float
    share: float


class Machine:
    """The processors, and the lab's part in them."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._cores = os.cpu_count() or 1

    def watch(self) -> Callable[[], Usage]:
        """Begin; what is returned ends it and tells."""
        started = time.monotonic()
        busy, cloud, own = self._look()

        def end() -> Usage:
            seconds = time.monotonic() - started
            now_busy, now_cloud, now_own = self._look()
            lab = now_cloud - cloud
            others = max(0.0, now_busy - busy - lab - (now_own - own))
            return Usage(lab, others, others / (seconds * self._cores))

        return end

    def wait_quiet(self, timeout: float, share: float = 0.1) -> bool:
        """Wait until others use little; whether they do."""
        deadline = time.monotonic() + timeout
        while True:
            end = self.watch()
            time.sleep(2.0)
            if end().share < share:
                return True
            if time.monotonic() > deadline:
                return False

    def _look(self) -> tuple[float, float, float]:
        """CPU seconds so far: of all, of the cloud, of client and us."""
        fields = pathlib.Path('/proc/stat').read_text().split('\n', 1)[0]
        user, nice, system, _idle, _wait, irq, soft = map(
            int, fields.split()[1:8]
        )
        busy = (user + nice + system + irq + soft) * TICK
        fencer = self._lab.fencer.pid()
        cloud = sum(
            seconds(group) for group in self._groups() if group != fencer
        )
        own = os.times()
        client = seconds(fencer) if fencer else 0.0
        return busy, cloud, client + sum(own[:4])

    def _groups(self) -> Iterable[int]:
        for path in self._lab.config.run.glob('*.pid'):
            text = path.read_text().split()
            if text:
                yield int(text[0])


def seconds(group: int) -> float:
    """CPU seconds of the processes of a group and their dead children."""
    return sum(map(_of_one, processes.group_members(group)))


def _of_one(pid: int) -> float:
    try:
        text = pathlib.Path(f'/proc/{pid}/stat').read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, text.rpartition(')')[2].split()[11:15])) * TICK
