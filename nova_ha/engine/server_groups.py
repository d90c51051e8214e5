# SPDX-License-Identifier: Apache-2.0
"""Lists nova's server groups, once a recovery, while it goes on."""

from collections.abc import Callable
from collections.abc import Sequence
from concurrent import futures
import dataclasses
import logging

from nova_ha.recovery import ports
from nova_ha.recovery.model import ServerGroup

LOG = logging.getLogger(__name__)

TRIES = 3

PATIENCE = 5.0
"""Seconds for which the others of a host wait for the answer."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Listing:
    """A list under way, or made.

    :ivar since: when the first of them was begun, on the clock's scale.
    :ivar tries: how many have failed before.
    """

    future: futures.Future[Sequence[ServerGroup]]
    since: float
    tries: int = 0


class ServerGroups:
    """Asks nova in a pool; whoever needs the answer is woken by it."""

    def __init__(
        self,
        compute: ports.Compute,
        pool: futures.Executor,
        clock: ports.Clock,
        wake: Callable[[str], None],
    ) -> None:
        self._compute = compute
        self._pool = pool
        self._clock = clock
        self._wake = wake
        self._begun: dict[str, _Listing] = {}
        self._wanted: set[str] = set()
        self._unheard: set[str] = set()

    def of(self, uuid: str) -> Sequence[ServerGroup] | None:
        """Return the groups; None while nova has not answered yet.

        See to it that :meth:`begin` is called then.

        Where nova does not tell, there are none: then its own check of a
        group comes late, and costs an attempt.
        """
        self._unheard.discard(uuid)
        now = self._clock.monotonic()
        listing = self._begun.get(uuid)
        if listing is None:
            self._wanted.add(uuid)
            return None
        if _is_told(listing.future):
            return listing.future.result(0)
        if listing.future.done() and listing.tries + 1 < TRIES:
            self._begin(uuid, listing.since, listing.tries + 1)
        given_up = listing.future.done() and listing.tries + 1 >= TRIES
        return () if given_up or now - listing.since >= PATIENCE else None

    def begin(self, uuid: str) -> None:
        """Ask nova, if that is wanted: behind what matters more."""
        if uuid in self._wanted:
            self._wanted.discard(uuid)
            self._begin(uuid, self._clock.monotonic(), 0)

    def has_news(self, uuid: str) -> bool:
        """Whether nova has answered and nobody has looked yet."""
        return uuid in self._unheard

    def known(self, uuid: str) -> Sequence[ServerGroup]:
        """Return the groups as far as they are known; asks nobody."""
        self._unheard.discard(uuid)
        listing = self._begun.get(uuid)
        if listing is None or not _is_told(listing.future):
            return ()
        return listing.future.result(0)

    def forget(self, uuid: str) -> None:
        """Drop what is remembered of a recovery."""
        self._begun.pop(uuid, None)
        self._wanted.discard(uuid)
        self._unheard.discard(uuid)

    def _begin(self, uuid: str, since: float, tries: int) -> None:
        future = self._pool.submit(self._compute.server_groups)
        self._begun[uuid] = _Listing(future, since, tries)
        future.add_done_callback(lambda done: self._ended(uuid, done))

    def _ended(
        self, uuid: str, done: 'futures.Future[Sequence[ServerGroup]]'
    ) -> None:
        if done.cancelled():
            return
        error = done.exception()
        if error is not None:
            LOG.warning('The server groups could not be listed: %s', error)
        if uuid in self._begun:
            self._unheard.add(uuid)
            self._wake(uuid)


def _is_told(future: 'futures.Future[Sequence[ServerGroup]]') -> bool:
    return (
        future.done()
        and not future.cancelled()
        and future.exception(0) is None
    )
