# SPDX-License-Identifier: Apache-2.0
"""Power-offs under way: one per host, whoever asks for it."""

from concurrent import futures
import dataclasses
import datetime
import logging
import threading

from nova_ha.recovery import errors
from nova_ha.recovery import ports
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import OffProof

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class _Flight:
    future: futures.Future[OffProof]
    deadline: Deadline


class Fences:
    """Runs power-offs in a pool of their own and lets callers join them."""

    def __init__(
        self, power: ports.PowerDriver, pool: futures.Executor
    ) -> None:
        self._power = power
        self._pool = pool
        self._lock = threading.Lock()
        self._flights: dict[str, _Flight] = {}

    def start(
        self, host: Host, deadline: Deadline
    ) -> 'futures.Future[OffProof]':
        """Begin to power the host off, or join who has begun already."""
        return self._join(host, deadline).future

    def off(
        self, host: Host, deadline: Deadline, since: datetime.datetime
    ) -> OffProof:
        """Return a proof, not older than ``since``, that the host is off.

        A flight that somebody with less patience began, or that had seen
        off before we asked, is followed by one of our own.

        :raises PowerError: off was not verified before the deadline.
        """
        while True:
            flight = self._join(host, deadline)
            try:
                proof = flight.future.result(deadline.remaining())
                if proof.verified_at >= since:
                    return proof
            except (futures.TimeoutError, futures.CancelledError):
                raise errors.PowerUnreachable(
                    f'{host.name}: off was not verified in time'
                ) from None
            except errors.Retriable as e:
                # A driver tries again by itself up to its deadline.
                if flight.deadline.at >= deadline.at:
                    raise
                LOG.info('%s: trying the power-off again: %s', host.name, e)
            if deadline.expired:
                raise errors.PowerUnreachable(
                    f'{host.name}: off was not verified in time'
                )

    def _join(self, host: Host, deadline: Deadline) -> _Flight:
        with self._lock:
            flight = self._flights.get(host.name)
            if flight is None or flight.future.cancelled():
                future = self._submit(host, deadline)
                flight = self._flights[host.name] = _Flight(future, deadline)
            return flight

    def _submit(
        self, host: Host, deadline: Deadline
    ) -> 'futures.Future[OffProof]':
        try:
            return self._pool.submit(self._fly, host, deadline)
        except RuntimeError:
            raise errors.PowerUnreachable(
                f'{host.name}: not powered off, this daemon is being stopped'
            ) from None

    def _fly(self, host: Host, deadline: Deadline) -> OffProof:
        try:
            return self._power.power_off(host, deadline)
        finally:
            with self._lock:
                self._flights.pop(host.name, None)
