# SPDX-License-Identifier: Apache-2.0
"""The mode where nothing keeps one: this process knows it alone."""

from nova_ha.recovery.modes import ARMED
from nova_ha.recovery.modes import Standing


class AlwaysArmed:
    """Satisfies :class:`nova_ha.recovery.ports.Modes`; armed until set."""

    def __init__(self) -> None:
        self._standing = ARMED

    def read(self) -> Standing:
        """Return the mode."""
        return self._standing

    def last_known(self) -> Standing | None:
        """Return the mode."""
        return self._standing

    def write(self, standing: Standing) -> Standing:
        """Set the mode."""
        self._standing = standing
        return standing
