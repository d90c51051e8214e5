# SPDX-License-Identifier: Apache-2.0
"""What a power driver is: it switches one device, one attempt a call."""

from collections.abc import Mapping
from typing import Any
from typing import Protocol

from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.ports import PowerCheck
from nova_ha.recovery.states import PowerState


class DeviceDriver(Protocol):
    """A class with an entry point in ``nova_ha.power``, made only once.

    It knows hosts, never recoveries. ``warm()`` and ``close()`` may be there
    too: what makes the first action quick, and what ends it all.
    """

    SCHEMA: Mapping[str, Any]
    """JSON schema of a device's parameters; the hosts package tells what it
    may say beyond JSON schema."""

    @staticmethod
    def place(device: PowerDevice) -> str:
        """Return the device's address as people read it; no secret."""

    def power_off(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> OffProof:
        """Bring about off, verify it by a fresh read, return the proof.

        Already off is success at once.

        :raises PowerError: off was not verified. It may be off all the same.
        """

    def power_on(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> None:
        """Ask for on and see it accepted.

        :raises PowerError: it was not.
        """

    def power_state(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> PowerState:
        """Read the power state afresh.

        :raises PowerError: it could not be read.
        """

    def check(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> PowerCheck:
        """Try login, privilege and power state without changing anything.

        :raises PowerError: one of them failed.
        """
