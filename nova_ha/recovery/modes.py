# SPDX-License-Identifier: Apache-2.0
"""What nova-ha may do at all, by the operator's word."""

import dataclasses
import datetime
import enum


class Mode(enum.Enum):
    """The same for all controllers; kept in the store."""

    ARMED = 'armed'
    """Hosts are fenced and their instances evacuated."""

    PAUSED = 'paused'
    """Hosts are fenced and nova is told; evacuations are held."""

    OBSERVE = 'observe'
    """Nothing is done. What would be done is written down, and Pacemaker is
    told that the host is not fenced."""


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """The mode, and whose doing it is.

    :ivar since: None where nobody has ever set one.
    :ivar by: the user who set it.
    """

    mode: Mode = Mode.ARMED
    since: datetime.datetime | None = None
    by: str = ''
    reason: str = ''

    def __str__(self) -> str:
        if self.since is None:
            return self.mode.value
        at = self.since.astimezone(datetime.UTC)
        return (
            f'{self.mode.value} since {at:%Y-%m-%d %H:%M:%S} UTC by {self.by}'
            f'{": " if self.reason else ""}{self.reason}'
        )


ARMED = Standing()
"""Where nobody has said anything."""
