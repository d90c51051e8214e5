# SPDX-License-Identifier: Apache-2.0
"""Bulkheads: what is slow in one place delays nothing in another."""

from concurrent import futures
import dataclasses

READERS = 16
GATEKEEPERS = 4
PROBERS = 8


@dataclasses.dataclass(frozen=True, slots=True)
class Pools:
    """Bounded thread pools.

    :ivar fencing: power-offs, nothing else.
    :ivar reads: power reads; dead BMCs fill it for a while.
    :ivar hosts: steps of recoveries, one thread a tick.
    :ivar evacuations: requests to nova about single instances.
    :ivar gates: commands to Pacemaker that nobody waits for.
    :ivar probes: tries of instances' ports.
    """

    fencing: futures.ThreadPoolExecutor
    reads: futures.ThreadPoolExecutor
    hosts: futures.ThreadPoolExecutor
    evacuations: futures.ThreadPoolExecutor
    gates: futures.ThreadPoolExecutor
    probes: futures.ThreadPoolExecutor

    @classmethod
    def of(cls, fencing: int, hosts: int, evacuations: int) -> 'Pools':
        """Make pools with so many threads each."""
        return cls(
            *(
                futures.ThreadPoolExecutor(size, thread_name_prefix=name)
                for name, size in (
                    ('fencing', fencing),
                    ('reads', READERS),
                    ('hosts', hosts),
                    ('evacuations', evacuations),
                    ('gates', GATEKEEPERS),
                    ('probes', PROBERS),
                )
            )
        )

    def shutdown(self) -> None:
        """Let what has begun end; drop what has not."""
        for pool in (
            self.hosts,
            self.evacuations,
            self.gates,
            self.probes,
            self.reads,
            self.fencing,
        ):
            pool.shutdown(wait=True, cancel_futures=True)
