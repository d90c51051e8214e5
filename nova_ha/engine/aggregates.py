# SPDX-License-Identifier: Apache-2.0
"""The host aggregates, read in advance.

They change seldom and are needed at once when a host fails: then nova has
better things to do than to list them.
"""

from collections.abc import Sequence
import dataclasses
import logging
import threading

from nova_ha.recovery import errors
from nova_ha.recovery import ports
from nova_ha.recovery.model import Aggregate
from nova_ha.recovery.rules import Unread

LOG = logging.getLogger(__name__)

REFRESH = 30.0
"""Seconds between two readings in advance."""

FRESH = 3 * REFRESH
"""Seconds for which a reading is good as it is."""

KEPT = 900.0
"""Seconds for which the last reading has to do while nova gives no new."""


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """The aggregates of one host.

    :ivar remark: how old they are, where that is worth telling.
    """

    aggregates: Sequence[Aggregate] | Unread
    remark: str = ''


class Aggregates:
    """Remembers the last reading. Safe to use from many threads."""

    def __init__(self, compute: ports.Compute, clock: ports.Clock) -> None:
        self._compute = compute
        self._clock = clock
        self._reading = threading.Lock()
        self._trouble = ''
        self._last: tuple[float, Sequence[Aggregate]] | None = None

    def refresh(self) -> None:
        """Read them in advance; never raises."""
        trouble = ''
        try:
            self._read()
        except errors.RecoveryError as error:
            trouble = str(error)
        if trouble and not self._trouble:
            LOG.warning('The host aggregates stay as they were: %s', trouble)
        self._trouble = trouble

    def of(self, host: str) -> Known:
        """Return those the host is in, without asking nova if possible.

        :raises ComputeUnavailable: nova does not answer and nothing is
            known that is young enough.
        """
        found, remark = self._all()
        if isinstance(found, Unread):
            return Known(found)
        return Known([a for a in found if host in a.hosts], remark)

    def _all(self) -> tuple[Sequence[Aggregate] | Unread, str]:
        known = self._known(FRESH)
        if known is not None:
            return known, ''
        try:
            with self._reading:  # of several hosts that fail, one asks
                known = self._known(FRESH)
                return (self._read() if known is None else known), ''
        except errors.RecoveryError as error:
            known = self._known(KEPT)
            if known is not None:
                return known, f'as of {self._age():.0f} s before: {error}'
            if isinstance(error, errors.Retriable):
                raise
            return Unread(f'the host aggregates cannot be read: {error}'), ''

    def _read(self) -> Sequence[Aggregate]:
        started = self._clock.monotonic()
        found = self._compute.aggregates()
        self._last = (started, found)
        return found

    def _known(self, age: float) -> Sequence[Aggregate] | None:
        last = self._last
        if last is None or self._clock.monotonic() - last[0] > age:
            return None
        return last[1]

    def _age(self) -> float:
        last = self._last
        return self._clock.monotonic() - last[0] if last else 0.0
