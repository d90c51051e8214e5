# SPDX-License-Identifier: Apache-2.0
"""What people were told."""

from nova_ha.recovery.model import Recovery


class SimNotifier:
    """Satisfies :class:`nova_ha.recovery.ports.Notifier`."""

    def __init__(self) -> None:
        self.moves: list[tuple[str, str, str]] = []
        self.alarms: list[tuple[str, str]] = []

    def moved(self, recovery: Recovery, event: str) -> None:
        self.moves.append((recovery.host, event, recovery.state.value))

    def alarm(self, recovery: Recovery, message: str) -> None:
        self.alarms.append((recovery.uuid, message))

    def trouble(self, subject: str, message: str) -> None:
        self.alarms.append((subject, message))

    def alarmed(self, recovery: str, about: str = '') -> bool:
        """Whether somebody was called for this recovery."""
        return any(
            uuid == recovery and about in message
            for uuid, message in self.alarms
        )
