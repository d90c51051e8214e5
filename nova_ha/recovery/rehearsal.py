# SPDX-License-Identifier: Apache-2.0
"""What would have been done, had nova-ha not been told to observe only."""

from collections.abc import Sequence
import dataclasses
import datetime


@dataclasses.dataclass(frozen=True, slots=True)
class RehearsedInstance:
    """One instance of a host that would have been recovered.

    :ivar evacuate: whether nova would have been asked for it.
    :ivar decision: in words: why not, or which rule decided what.
    """

    instance: str
    name: str
    evacuate: bool
    decision: str = ''


@dataclasses.dataclass(frozen=True, slots=True)
class Rehearsal:
    """A recovery that was not begun.

    :ivar controller: whose daemon wrote it down.
    :ivar origin: who would have begun it; see ``Recovery.origin``.
    :ivar summary: in words, what would have been done with the host.
    """

    uuid: str
    host: str
    at: datetime.datetime
    controller: str
    origin: str
    reason: str
    summary: str
    instances: Sequence[RehearsedInstance] = ()
