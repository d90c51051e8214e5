# SPDX-License-Identifier: Apache-2.0
"""What a peace-time look at the power devices of a host has found."""

import dataclasses

from nova_ha.recovery.states import PowerState


@dataclasses.dataclass(frozen=True, slots=True)
class DeviceCheck:
    """One device.

    :ivar address: as people read it.
    :ivar result: ``ok``, or what is wrong and what to do.
    :ivar seconds: that it took.
    """

    driver: str
    address: str
    state: PowerState
    result: str
    seconds: float


@dataclasses.dataclass(frozen=True, slots=True)
class HostCheck:
    """All devices of a host.

    :ivar ok: each of them is.
    """

    host: str
    ok: bool
    devices: tuple[DeviceCheck, ...]
