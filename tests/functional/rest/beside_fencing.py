# SPDX-License-Identifier: Apache-2.0
"""Does reading the API slow fencing down? Fences hosts without readers and
with them, and says how the two compare.

::

    python -m tests.functional.rest.beside_fencing --hosts 20 --readers 50

Daemon, Keystone, readers and power are on this machine, so what the readers
cost is their own CPU time too: a real API has its clients elsewhere.
"""

import argparse
from collections.abc import Iterator
import concurrent.futures
import contextlib
import dataclasses
import http.client
import multiprocessing
import pathlib
import statistics
import sys
import tempfile
import time

from tests.functional import servers
from tests.functional.daemon.process import FencerProcess
from tests.functional.daemon.process import wait_until
from tests.functional.rest import base
from tests.functional.servers.process import free_port

PATHS = ('/v1/hosts', '/v1/recoveries', '/v1/health', '/v1/mode')
PARALLEL = 4
"""Hosts that are fenced at the same time, as Pacemaker would in a bad hour."""


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


class Comparison:
    """A daemon with hosts, to be fenced in rounds."""

    def __init__(
        self, directory: pathlib.Path, hosts: int, readers: int
    ) -> None:
        self.keystone = servers.keystone()
        self.port = free_port()
        self.names = [f'compute{n}' for n in range(2 * hosts)]
        self.readers = readers
        self.fencer = FencerProcess(
            directory,
            {name: {'driver': 'fake'} for name in self.names},
            {
                'api': {'enabled': True, 'bind_port': self.port},
                'keystone_authtoken': base.authtoken(self.keystone),
            },
        )
        self.fencer.make_store()

    def run(self) -> tuple[Round, Round]:
        """Return how it went without readers, and with them."""
        self.fencer.start()
        try:
            wait_until(self._serves, 'REST API')
            half = len(self.names) // 2
            alone = Round(self._fence(self.names[:half]), [])
            with self._reading() as reads:
                beside = self._fence(self.names[half:])
            return alone, Round(beside, reads)
        finally:
            self.fencer.terminate()

    def _serves(self) -> bool:
        try:
            return read(self.port, '/v1/health/live', '') == 200
        except OSError:
            return False

    def _fence(self, names: list[str]) -> list[float]:
        with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
            return list(pool.map(self._timed, names))

    def _timed(self, name: str) -> float:
        begin = time.monotonic()
        self.fencer.fence(name)
        return time.monotonic() - begin

    @contextlib.contextmanager
    def _reading(self) -> Iterator[list[float]]:
        """Read by a process of its own, for as long as it lasts."""
        token = self.keystone.token('rita', **base.SYSTEM)
        context = multiprocessing.get_context('spawn')
        reading, over = context.Event(), context.Event()
        times = context.SimpleQueue()
        process = context.Process(
            target=readers,
            args=(self.port, token, self.readers, reading, over, times),
            daemon=True,
        )
        process.start()
        assert reading.wait(120), 'nobody reads'
        reads: list[float] = []
        try:
            yield reads
        finally:
            over.set()
            reads.extend(times.get())
            process.join(60)


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


def compare(hosts: int, readers: int) -> tuple[Round, Round]:
    """Return the two rounds."""
    with tempfile.TemporaryDirectory(prefix='nova-ha-') as directory:
        place = pathlib.Path(directory)
        comparison = Comparison(place, hosts, readers)
        try:
            return comparison.run()
        finally:
            comparison.fencer.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition('\n\n')[0])
    parser.add_argument('--hosts', type=int, default=20)
    parser.add_argument('--readers', type=int, default=50)
    arguments = parser.parse_args()
    alone, beside = compare(arguments.hosts, arguments.readers)
    print(f'without readers: {alone}')
    print(f'with {arguments.readers} readers: {beside}')
    print(f'ratio of the medians: {beside.median / alone.median:.2f}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
