# SPDX-License-Identifier: Apache-2.0
"""What a driver may use beside its host's parameters."""

from typing import Protocol

from oslo_config import cfg

from nova_ha.recovery.ports import Clock


class Stop(Protocol):
    """The part of :class:`threading.Event` that waits need."""

    def is_set(self) -> bool:
        """Whether the service is stopping."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait so many seconds; True at once when the service stops."""


class Surroundings:
    """Handed to every driver when it is made.

    :ivar conf: with the group ``[power]`` registered; read at each use, as
        its options may change.
    :ivar clock: stamps off-proofs.
    :ivar stop: set when the service stops.
    """

    def __init__(self, conf: cfg.ConfigOpts, clock: Clock, stop: Stop) -> None:
        self.conf = conf
        self.clock = clock
        self.stop = stop
