# SPDX-License-Identifier: Apache-2.0
"""What a step says when it is done."""

from collections.abc import Mapping
import dataclasses
from typing import Any
from typing import Protocol

from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import Event


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """Advance by ``event``, or look again ``after`` so many seconds.

    :ivar message: why, for people; replaces the recovery's message.
    :ivar changes: fields that change with the event.
    :ivar alarm: somebody has to know.
    :ivar recovery: the row as the step has written it meanwhile.
    """

    event: Event | None = None
    after: float | None = None
    message: str = ''
    changes: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    alarm: str = ''
    recovery: Recovery | None = None


class Step(Protocol):
    """One state's work; may be run again at any time."""

    def run(self, recovery: Recovery) -> Outcome:
        """Do what this state calls for, without waiting for long.

        :raises RecoveryError: what a port raised; Retriable ones are tried
            again by the conductor.
        """

    def forget(self, uuid: str) -> None:
        """Drop what is remembered between two runs of a recovery."""
