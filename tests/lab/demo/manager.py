# SPDX-License-Identifier: Apache-2.0
"""What the story needs of a cluster manager, whoever plays it."""

from collections.abc import Sequence
import contextlib
import dataclasses
from typing import Protocol

from tests.lab import recovery


@dataclasses.dataclass(frozen=True)
class Fence:
    """When the host failed and was fenced; all in seconds since the epoch.

    :ivar requested: the fence; the timeline counts from here.
    :ivar answered: the request, with the host being off; None before.
    :ivar failed: the host; None where nobody had to find out.
    :ivar noticed: the failure; None likewise.
    """

    requested: float
    answered: float | None = None
    failed: float | None = None
    noticed: float | None = None


class Manager(Protocol):
    """Notices that a host is gone, has it fenced, and has it started again.

    :ivar events: what the timeline must have.
    :ivar began: recoveries requested after this are of this failure; seconds
        since the epoch, known once ``fencing`` has begun.
    """

    events: Sequence[str]
    began: float

    def fail(self) -> str:
        """Let the host hang; what follows from it at once, in words."""

    def fencing(self) -> contextlib.AbstractContextManager[None]:
        """Have the fence asked for; at its end the request is answered.

        :raises LabError: nobody asks for it.
        """

    def fence(self, found: recovery.Json | None) -> Fence | None:
        """What is known by now; None before there is anything to tell.

        :param found: the recovery; None while there is none.
        :raises LabError: the fence agent failed.
        """

    def power_on(self) -> str:
        """See to it that the host is powered on; how, in a sentence.

        :raises LabError: it is not.
        """

    def view(self) -> str:
        """What the manager knows of the host, in words; may be ''."""

    def help(self, message: str) -> None:
        """Do what nova-ha asks an operator for, if one has to.

        :param message: of the recovery.
        """
