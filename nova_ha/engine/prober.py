# SPDX-License-Identifier: Apache-2.0
"""Tries the ports of instances that others wait for; no step waits for it."""

from collections.abc import Callable
from collections.abc import Mapping
from concurrent import futures
import datetime
import logging

from nova_ha.recovery import ports

LOG = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between the end of a try and the next one."""


class Prober:
    """Remembers, per recovery, whose port has answered."""

    def __init__(
        self,
        compute: ports.Compute,
        probe: ports.Probe,
        pool: futures.Executor,
        clock: ports.Clock,
        wake: Callable[[str], None],
    ) -> None:
        self._compute = compute
        self._probe = probe
        self._pool = pool
        self._clock = clock
        self._wake = wake
        self._answering: dict[str, dict[str, datetime.datetime]] = {}
        self._trying: set[tuple[str, str]] = set()
        self._tried: dict[tuple[str, str], float] = {}

    def answering(self, uuid: str) -> Mapping[str, datetime.datetime]:
        """Return since when which instance has answered.

        Once is enough: a service that fails again later holds nobody.
        """
        return dict(self._answering.get(uuid, {}))

    def begin(self, uuid: str, wanted: Mapping[str, int]) -> None:
        """Try these instances' ports, each once at a time.

        :param uuid: of the recovery that waits for them.
        """
        now = self._clock.monotonic()
        for instance, port in wanted.items():
            key = (uuid, instance)
            last = self._tried.get(key)
            if key in self._trying or (
                last is not None and now - last < EVERY
            ):
                continue
            self._trying.add(key)
            self._pool.submit(self._try, key, port)

    def forget(self, uuid: str) -> None:
        """Drop what is remembered of a recovery."""
        self._answering.pop(uuid, None)
        for key in [key for key in self._tried if key[0] == uuid]:
            del self._tried[key]

    def _try(self, key: tuple[str, str], port: int) -> None:
        uuid, instance = key
        try:
            if self._answers(instance, port):
                now = self._clock.now()
                self._answering.setdefault(uuid, {})[instance] = now
                self._wake(uuid)
        except Exception as e:  # whatever it is, it is tried again
            LOG.info('%s: port %d was not tried: %s', instance, port, e)
        finally:
            self._tried[key] = self._clock.monotonic()
            self._trying.discard(key)

    def _answers(self, instance: str, port: int) -> bool:
        addresses = self._compute.instance(instance).addresses
        if not addresses:
            LOG.info('%s has no address to try port %d on', instance, port)
        return any(self._probe.tcp(address, port) for address in addresses)
