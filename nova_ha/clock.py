# SPDX-License-Identifier: Apache-2.0
"""The real clock."""

import datetime
import time


class SystemClock:
    """Satisfies :class:`nova_ha.recovery.ports.Clock`."""

    def now(self) -> datetime.datetime:
        """Return the present time, aware, UTC."""
        return datetime.datetime.now(datetime.UTC)

    def monotonic(self) -> float:
        """Return seconds on a scale that never jumps."""
        return time.monotonic()
