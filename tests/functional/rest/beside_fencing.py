# SPDX-License-Identifier: Apache-2.0
"""Does reading the API slow fencing down? Fences hosts without readers,
with readers of the fencer that fences, and with as many readers of another
fencer, and says how they compare.

::

    python -m tests.functional.rest.beside_fencing --hosts 12 --readers 50

Fencers, Keystone and readers share this machine, where a real API has its
clients elsewhere. What their CPU time costs is seen from those who read at the
other fencer. With --apart the daemon that fences has one half of the
processors to itself, and all else the other half.
"""

import argparse
from collections.abc import Iterator
from collections.abc import Sequence
import concurrent.futures
import contextlib
import dataclasses
import enum
import http.client
import itertools
import multiprocessing
import os
import pathlib
import statistics
import sys
import tempfile
import time

from tests.functional import servers
from tests.functional.daemon.process import FencerProcess
from tests.functional.daemon.process import wait_until
from tests.functional.rest import base
from tests.functional.servers.keystone_server import Keystone
from tests.functional.servers.process import free_port

PATHS = ('/v1/hosts', '/v1/recoveries', '/v1/health', '/v1/mode')
PARALLEL = 4
"""Hosts that are fenced at the same time, as Pacemaker would in a bad hour."""


FAST = ('scan_interval', 'host_watch_interval', 'power_watch_interval')
"""Intervals that other tests make short."""


class Load(enum.Enum):
    """Who reads beside.

    What readers elsewhere slow down is what their CPU time costs.
    """

    NONE = 'no readers'
    ELSEWHERE = 'readers at another fencer of this machine'
    HERE = 'readers at the fencer that fences'


ORDER = (
    *(Load.NONE, Load.ELSEWHERE, Load.HERE),
    *(Load.HERE, Load.ELSEWHERE, Load.NONE),
)
"""Mirrored: recoveries of before go on while the next hosts are fenced."""


@dataclasses.dataclass(frozen=True)
class Round:
    """Seconds that each fence request took, and how many were read beside."""

    fences: list[float]
    reads: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.fences)

    @property
    def worst(self) -> float:
        return max(self.fences)

    def __str__(self) -> str:
        text = (
            f'{len(self.fences)} hosts fenced: median {self.median:.3f} s, '
            f'worst {self.worst:.3f} s'
        )
        if self.reads:
            ordered = sorted(self.reads)
            text += (
                f'; {len(ordered)} reads beside them: median '
                f'{statistics.median(ordered):.3f} s, 99 % within '
                f'{ordered[int(len(ordered) * 0.99)]:.3f} s'
            )
        return text


class Daemon:
    """A fencer that serves the REST API, with hosts that can be fenced."""

    def __init__(
        self,
        directory: pathlib.Path,
        name: str,
        hosts: list[str],
        keystone: Keystone,
    ) -> None:
        self.port = free_port()
        self.fencer = FencerProcess(
            directory,
            {host: {'driver': 'fake'} for host in hosts},
            {
                'api': {'enabled': True, 'bind_port': self.port},
                'keystone_authtoken': base.authtoken(keystone),
                # As an operator has them.
                'engine': dict.fromkeys(FAST),
            },
            name,
        )
        self.fencer.make_store()
        self.fencer.start()
        wait_until(self.serves, 'REST API', 60)

    def serves(self) -> bool:
        try:
            return read(self.port, '/v1/health/live', '') == 200
        except OSError:
            return False


class Comparison:
    """Two daemons, of which one fences while there are readers, or none."""

    def __init__(
        self,
        directory: pathlib.Path,
        hosts: int,
        readers: int,
        order: Sequence[Load],
        apart: bool,
    ) -> None:
        self.readers = readers
        self.order = order
        self.names = [f'compute{n}' for n in range(len(self.order) * hosts)]
        processors = os.sched_getaffinity(0)
        mine, self.others = halves(processors) if apart else [processors] * 2
        with keeping_to(self.others):
            self.keystone = servers.keystone()
            self.elsewhere = Daemon(
                directory, 'elsewhere', self.names, self.keystone
            )
        with keeping_to(mine):
            self.here = Daemon(directory, 'here', self.names, self.keystone)
        move(api_process(self.here.fencer.pid), self.others)

    def run(self) -> dict[Load, Round]:
        """Return how it went under each load."""
        rounds = {load: Round([], []) for load in Load}
        names = iter(self.names)
        each = len(self.names) // len(self.order)
        for load in self.order:
            with self._reading(load) as reads:
                now = list(itertools.islice(names, each))
                rounds[load].fences.extend(_fence(self.here, now))
            rounds[load].reads.extend(reads)
            # So that there is as much to read at the other.
            _fence(self.elsewhere, now)
        return rounds

    def stop(self) -> None:
        self.here.fencer.stop()
        self.elsewhere.fencer.stop()

    @contextlib.contextmanager
    def _reading(self, load: Load) -> Iterator[list[float]]:
        """Read by a process of its own, for as long as it lasts."""
        if load is Load.NONE:
            yield []
            return
        daemon = self.here if load is Load.HERE else self.elsewhere
        token = self.keystone.token('rita', **base.SYSTEM)
        context = multiprocessing.get_context('spawn')
        reading, over = context.Event(), context.Event()
        times = context.SimpleQueue()
        process = context.Process(
            target=readers,
            args=(daemon.port, token, self.readers, reading, over, times),
            daemon=True,
        )
        with keeping_to(self.others):
            process.start()
        assert reading.wait(120), 'nobody reads'
        reads: list[float] = []
        try:
            yield reads
        finally:
            over.set()
            reads.extend(times.get())
            process.join(60)


def _fence(daemon: Daemon, names: list[str]) -> list[float]:
    """Return how many seconds each request took."""

    def timed(name: str) -> float:
        begin = time.monotonic()
        daemon.fencer.fence(name)
        return time.monotonic() - begin

    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        return list(pool.map(timed, names))


def halves(processors: set[int]) -> tuple[set[int], set[int]]:
    """Return two halves of them; all of them twice if there is one only."""
    ordered = sorted(processors)
    half = len(ordered) // 2
    return set(ordered[half:]), set(ordered[:half]) or processors


@contextlib.contextmanager
def keeping_to(processors: set[int]) -> Iterator[None]:
    """Have what is started keep to these processors."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def api_process(daemon: int) -> int:
    """Return the process that serves a daemon's API."""
    for children in pathlib.Path(f'/proc/{daemon}/task').glob('*/children'):
        # A thread that has just ended has no children to be read.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for child in children.read_text(encoding='ascii').split():
                command = pathlib.Path(f'/proc/{child}/cmdline').read_bytes()
                if b'nova_ha.cmd.rest_api.child' in command:
                    return int(child)
    raise AssertionError('no process serves the API')


def move(process: int, processors: set[int]) -> None:
    """Have all threads of a process keep to these processors from now on."""
    for thread in pathlib.Path(f'/proc/{process}/task').iterdir():
        os.sched_setaffinity(int(thread.name), processors)


def readers(port, token, count, reading, over, times):
    """Read in so many threads until it is over; say how long each took."""
    took: list[float] = []

    def read_on():
        while not over.is_set():
            for path in PATHS:
                begin = time.monotonic()
                status = read(port, path, token)
                assert status == 200, (path, status)
                took.append(time.monotonic() - begin)
                if len(took) > count:
                    reading.set()

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        for done in [pool.submit(read_on) for _ in range(count)]:
            done.result()
    times.put(took)


def read(port, path, token):
    """Return the status of the answer."""
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=60)
    try:
        connection.request('GET', path, headers={'X-Auth-Token': token})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def compare(
    hosts: int, readers: int, order: Sequence[Load], apart: bool = False
) -> dict[Load, Round]:
    """Return how hosts were fenced under each load.

    :param hosts: in each round.
    :param apart: the daemon that fences has one half of the processors to
        itself.
    """
    with tempfile.TemporaryDirectory(prefix='nova-ha-') as directory:
        comparison = Comparison(
            pathlib.Path(directory), hosts, readers, order, apart
        )
        try:
            return comparison.run()
        finally:
            comparison.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition('\n\n')[0])
    parser.add_argument('--hosts', type=int, default=12)
    parser.add_argument('--readers', type=int, default=50)
    parser.add_argument('--times', type=int, default=4)
    parser.add_argument('--apart', action='store_true')
    arguments = parser.parse_args()
    rounds = compare(
        arguments.hosts,
        arguments.readers,
        ORDER * arguments.times,
        arguments.apart,
    )
    for load, found in rounds.items():
        print(f'{load.value}: {found}')
    here, elsewhere, alone = (
        rounds[load].median for load in (Load.HERE, Load.ELSEWHERE, Load.NONE)
    )
    print(
        f'median, readers here to readers elsewhere: {here / elsewhere:.2f}, '
        f'to no readers: {here / alone:.2f}'
    )
    return 0


if __name__ == '__main__':
    sys.exit(main())
