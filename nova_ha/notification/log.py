# SPDX-License-Identifier: Apache-2.0
"""The log as the way to tell people."""

import threading

from oslo_log import log as logging

from nova_ha.recovery.model import Recovery
from nova_ha.recovery.ports import Clock

LOG = logging.getLogger(__name__)

REPEAT = 300.0
"""Seconds after which an alarm that still holds is raised again."""


class LogNotifier:
    """One line a move, one CRITICAL line an alarm."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._raised: dict[str, tuple[str, float]] = {}

    def moved(self, recovery: Recovery, event: str) -> None:
        """Say what has happened to the recovery."""
        LOG.info(
            'Recovery %s of %s: %s, now %s. %s',
            recovery.uuid,
            recovery.host,
            event,
            recovery.state.value,
            recovery.message,
        )

    def alarm(self, recovery: Recovery, message: str) -> None:
        """Call for a person; the same words again only after a while."""
        if self._is_new(recovery.uuid, message):
            LOG.critical(
                'Recovery %s of %s is %s and needs somebody: %s',
                recovery.uuid,
                recovery.host,
                recovery.state.value,
                message,
            )

    def trouble(self, subject: str, message: str) -> None:
        """Call for a person where no recovery is concerned."""
        if self._is_new(subject, message):
            LOG.critical('%s: somebody has to look: %s', subject, message)

    def _is_new(self, uuid: str, message: str) -> bool:
        now = self._clock.monotonic()
        with self._lock:
            last = self._raised.get(uuid)
            if last and last[0] == message and now - last[1] < REPEAT:
                return False
            self._raised[uuid] = (message, now)
            return True
